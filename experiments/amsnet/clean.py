"""The same network with clean targets, the ceiling."""

_base_ = [
    '../../configs/_base_/models/nafnet_baseline_small.py',
    '../camera_noise.py',
    '../../configs/_base_/schedules/adam_6k_iterations_cosine.py',
    '../../configs/_base_/iteration_runtime.py',
]
iterations = 4000

train_dataloader = dict(
    dataset=dict(pipeline=dict(patch=dict(size=160), noise=dict(keep_clean=True)))
)
optim_wrapper = dict(type='AmpOptimWrapper')
param_scheduler = [dict(type='CosineAnnealingLR', T_max=iterations, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=iterations, val_interval=iterations // 4)
default_hooks = dict(logger=dict(interval=100), checkpoint=dict(interval=iterations // 4))
