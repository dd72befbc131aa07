title = 'Masked training: noises that no training shows'
fixed = (
    'Network, lengths, arms, noises and test images were fixed before the first training. The '
    'strengths of the filters were chosen on set-apart photographs. The full budget is a larger '
    'network, 6000 iterations and whole noise grids.'
)
control = 'masked'
seeds = [0, 1, 2]
arms = dict(
    masked=dict(config='plain.py', strategies=['masked']),
    plain=dict(config='plain.py'),
    plain_25=dict(
        config='plain.py',
        overrides={'model.data_preprocessor.batch_transforms.noise.sigma': 25},
    ),
    input_mask=dict(
        config='plain.py',
        strategies=['masked'],
        overrides={'model.attachments.attention_mask': None},
    ),
    attention_mask=dict(
        config='plain.py',
        strategies=['masked'],
        overrides={'model.attachments.input_mask': None},
    ),
    noisy=dict(
        config='plain.py',
        overrides={'model.backbone': dict(_delete_=True, type='UpscaledInput')},
    ),
)
