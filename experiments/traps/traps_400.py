title = 'TRAPS: shuffled pixels at the start of a training with 388 photographs'
fixed = (
    'As traps.py, with all photographs of BSDS400 that are not set apart. The full budget is ten '
    'seeds, 3000 iterations and whole test images.'
)
control = 'plain'
seeds = [0, 1, 2]
overrides = {'train_dataloader.dataset.list_file': 'experiments/lists/bsds388.txt'}
arms = dict(
    plain=dict(config='training.py'),
    shuffled_5=dict(config='training.py', strategies=['traps']),
    shuffled_15=dict(
        config='training.py',
        strategies=['traps'],
        overrides={'default_hooks.shuffle_schedule.stop': 0.15},
    ),
)
