"""APR of a small network on photographs taken again with a noisy camera, none of them clean."""

_base_ = [
    '../_base_/models/atbsn.py',
    '../_base_/datasets/self_supervised_embedded.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/apr.py',
]
model = dict(backbone=dict(channels=16, blind_spot_shift=3))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=400, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=400, val_interval=100)
default_hooks = dict(logger=dict(interval=25), checkpoint=dict(interval=100))
