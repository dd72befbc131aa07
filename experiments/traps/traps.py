title = 'TRAPS: shuffled pixels at the start of a training with 50 photographs'
fixed = (
    'Network, learning rate, lengths, arms and test sets were fixed before the first training and '
    'nothing was chosen by results. The full budget is ten seeds, 3000 iterations and whole test '
    'images.'
)
control = 'plain'
seeds = [0, 1, 2]
arms = dict(
    plain=dict(config='training.py'),
    shuffled_5=dict(config='training.py', strategies=['traps']),
    shuffled_15=dict(
        config='training.py',
        strategies=['traps'],
        overrides={'default_hooks.shuffle_schedule.stop': 0.15},
    ),
    warm_up=dict(config='warm_up.py'),
    whole_pixels=dict(
        config='training.py',
        strategies=['traps'],
        overrides={
            'model.data_preprocessor.batch_transforms.shuffle.per_channel': False,
        },
    ),
)
