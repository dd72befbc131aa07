"""DnCNN, stage one: synthetic photographs of screenshots."""

_base_ = [
    '../_base_/models/dncnn.py',
    '../_base_/datasets/demoireing_screenshots.py',
    '../_base_/schedules/adam_100k_iterations.py',
    '../_base_/iteration_runtime.py',
]
model = dict(
    losses=dict(pixel=dict(type='MSELoss')),
)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [dict(type='MultiStepLR', milestones=[60_000], gamma=0.1, by_epoch=False)]
