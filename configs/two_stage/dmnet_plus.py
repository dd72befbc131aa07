"""DM-Net+, stage two: real photographs of screens, targets of stage one, a discriminator."""

_base_ = [
    '../_base_/models/dmnet_two_scale.py',
    '../_base_/datasets/demoireing_real.py',
    '../_base_/schedules/adam_10k_iterations.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/two_stage.py',
]
first = 'work_dirs/two_stage/dmnet/iter_100000.pth'

model = dict(
    data_preprocessor=dict(batch_transforms=dict(teacher=dict(checkpoint=first))),
)
optim_wrapper = dict(
    backbone=dict(optimizer=dict(lr=1e-5)), discriminator=dict(optimizer=dict(lr=1e-5))
)
default_hooks = dict(checkpoint=dict(interval=1000))
load_from = first
