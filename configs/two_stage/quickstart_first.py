"""Stage one of a small EDSR on photographs of scikit-image that were made small bicubically."""

_base_ = [
    '../_base_/models/edsr_baseline.py',
    '../_base_/datasets/super_resolution_embedded_two_tests.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
model = dict(
    backbone=dict(channels=16, num_blocks=4),
)
param_scheduler = [dict(type='CosineAnnealingLR', T_max=600, eta_min=1e-5, by_epoch=False)]
train_cfg = dict(max_iters=600, val_interval=200)
default_hooks = dict(logger=dict(interval=25), checkpoint=dict(interval=200))
