"""Stage one: a small EDSR on bicubic pairs."""

_base_ = [
    '../../configs/_base_/models/edsr_baseline.py',
    './sets.py',
    '../../configs/_base_/schedules/adam_6k_iterations_cosine.py',
    '../../configs/_base_/iteration_runtime.py',
]
iterations = 1000

model = dict(backbone=dict(channels=32, num_blocks=4))
optim_wrapper = dict(type='AmpOptimWrapper')
param_scheduler = [dict(type='CosineAnnealingLR', T_max=iterations, eta_min=1e-5, by_epoch=False)]
train_cfg = dict(max_iters=iterations, val_interval=iterations // 2)
default_hooks = dict(checkpoint=dict(interval=iterations // 2))
