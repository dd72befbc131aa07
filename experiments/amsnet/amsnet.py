title = 'AMSNet: asymmetric masks against blind spots'
fixed = (
    'Networks, lengths, arms and test sets were fixed before the first training. The full budget '
    'is three seeds and 4000 iterations.'
)
control = 'ap_bsn'
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
    ap_bsn=dict(config='apbsn.py'),
    ap_bsn_refined=dict(
        tests='ap_bsn',
        overrides={
            'model.inference.refine': dict(
                type='RandomReplacementRefinement', per_element=True, padding=2
            )
        },
    ),
    b=dict(config='b.py'),
    b_e=dict(
        tests='b',
        overrides={'model.inference.refine': dict(type='RandomReplacementRefinement')},
    ),
    p=dict(config='p.py', checkpoints={'load_from': 'b'}),
    p_e=dict(
        tests='p',
        overrides={'model.inference.refine': dict(type='RandomReplacementRefinement')},
    ),
    b_third=dict(
        config='b.py',
        overrides={
            'model.data_preprocessor.batch_transforms.mask.num_branches': 3,
            'model.inference.masks.num_branches': 3,
        },
    ),
    b_quarter=dict(
        config='b.py',
        overrides={
            'model.data_preprocessor.batch_transforms.mask.num_branches': 4,
            'model.inference.masks.num_branches': 4,
        },
    ),
    d_a=dict(
        config='b.py',
        overrides={'model.backbone': dict(_delete_=True, type='DBSNl', channels=32, num_modules=4)},
    ),
    d_as=dict(
        config='b.py',
        overrides={
            'model.backbone': dict(
                _delete_=True, type='DBSNl', channels=32, num_modules=4, dilated=False
            )
        },
    ),
    ap_bsn_undilated=dict(config='apbsn.py', overrides={'model.backbone.dilated': False}),
    clean_targets=dict(config='clean.py'),
)
