"""APR of a small network on photographs taken again with a noisy camera, none of them clean."""

_base_ = [
    '../_base_/models/apr_atbsn.py',
    '../_base_/datasets/self_supervised_embedded.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
model = dict(backbone=dict(channels=16))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=800, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=800, val_interval=200)
default_hooks = dict(logger=dict(interval=25), checkpoint=dict(interval=200))
