"""Stage one of a small DM-Net on half of BSDS400, a few minutes of one core of a CPU."""

_base_ = [
    '../_base_/models/dmnet_two_scale.py',
    '../_base_/datasets/demoireing_bsds400.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
model = dict(
    backbone=dict(channels=16, num_blocks=4, num_convs=4),
)
optim_wrapper = dict(type='AmpOptimWrapper')
param_scheduler = [dict(type='CosineAnnealingLR', T_max=800, eta_min=1e-5, by_epoch=False)]
train_cfg = dict(max_iters=800, val_interval=400)
default_hooks = dict(checkpoint=dict(interval=400))
