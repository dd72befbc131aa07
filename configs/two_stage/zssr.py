"""ZSSR, which learns from the one picture that it enlarges: synthetic pairs made of it alone."""

_base_ = [
    '../_base_/models/zssr.py',
    '../_base_/datasets/super_resolution_one_picture.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
param_scheduler = [dict(type='CosineAnnealingLR', T_max=3000, eta_min=1e-6, by_epoch=False)]
train_cfg = dict(max_iters=3000, val_interval=1000)
default_hooks = dict(checkpoint=dict(interval=1000))
