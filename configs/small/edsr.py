"""Stage one of a small EDSR on half of BSDS400, a few minutes of one core of a CPU."""

_base_ = [
    '../_base_/models/edsr_baseline.py',
    '../_base_/datasets/super_resolution_bsds400.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
model = dict(
    backbone=dict(channels=32, num_blocks=4),
)
optim_wrapper = dict(type='AmpOptimWrapper')
param_scheduler = [dict(type='CosineAnnealingLR', T_max=1000, eta_min=1e-5, by_epoch=False)]
train_cfg = dict(max_iters=1000, val_interval=500)
default_hooks = dict(checkpoint=dict(interval=500))
