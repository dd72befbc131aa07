title = 'Two-stage training: super-resolution of images with an unknown degradation'
fixed = (
    'Networks, lengths, lambda and test sets are those of the earlier run in configs/two_stage. '
    'The unsharp mask was tuned on set-apart photographs with synthetic degradations. '
    'The full budget is five seeds and also a small DM-Net.'
)
control = 'stage_one'
seeds = [0, 1, 2]
arms = dict(
    stage_one=dict(config='first.py'),
    input=dict(
        config='first.py',
        overrides={'model.backbone': dict(_delete_=True, type='UpscaledInput', scale=4)},
    ),
    unsharp_mask=dict(
        tests='stage_one',
        overrides={'model.inference.sharpen': dict(type='UnsharpMask', amount=0.75, std=4.0)},
    ),
    stage_two=dict(
        config='second.py',
        checkpoints={
            'load_from': 'stage_one',
            'model.data_preprocessor.batch_transforms.teacher.checkpoint': 'stage_one',
        },
    ),
    synthetic_pairs=dict(config='adversarial.py', checkpoints={'load_from': 'stage_one'}),
    oracle=dict(config='oracle.py', checkpoints={'load_from': 'stage_one'}),
)
