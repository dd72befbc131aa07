title = 'APR and RD: denoisers from noisy photographs only'
fixed = (
    'Networks, lengths, arms and test sets were fixed before the first training. The full budget '
    'is three seeds and 6000 iterations of every arm.'
)
control = 'atbsn'
seeds = [0, 1, 2]
arms = dict(
    noisy=dict(
        config='clean.py',
        overrides={'model.backbone': dict(_delete_=True, type='UpscaledInput')},
    ),
    bm3d=dict(
        config='clean.py',
        overrides={'model.backbone': dict(_delete_=True, type='BM3D')},
    ),
    atbsn=dict(config='atbsn.py'),
    apr=dict(config='apr.py'),
    d=dict(
        config='rd.py',
        checkpoints={'model.data_preprocessor.batch_transforms.teacher.checkpoint': 'apr'},
        overrides={'model.data_preprocessor.batch_transforms.recharge': None},
    ),
    rd=dict(
        config='rd.py',
        checkpoints={'model.data_preprocessor.batch_transforms.teacher.checkpoint': 'apr'},
    ),
    rd_chosen_strength=dict(
        tests='rd',
        overrides={'model.inference.strength': dict(type='Strength', strength='auto')},
    ),
    rd_residual=dict(
        config='rd.py',
        checkpoints={'model.data_preprocessor.batch_transforms.teacher.checkpoint': 'apr'},
        overrides={
            'model.backbone': dict(_delete_=True, type='ResidualUNet', channels=(48, 64, 96, 128))
        },
    ),
    clean_targets=dict(config='clean.py'),
)
