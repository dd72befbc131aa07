"""What all trainings after stage one share: length, learning rate, averaged weights."""

_base_ = [
    '../../configs/_base_/models/edsr_baseline.py',
    './sets.py',
    '../../configs/_base_/schedules/adam_10k_iterations.py',
    '../../configs/_base_/iteration_runtime.py',
]
iterations = 200

model = dict(
    backbone=dict(channels=32, num_blocks=4),
    losses=dict(pixel=dict(type='MSELoss')),
)
# The layers that upscale stay as stage one left them; see the README of two-stage training.
frozen = dict(lr_mult=0)
optim_wrapper = dict(
    type='AmpOptimWrapper', paramwise_cfg=dict(custom_keys=dict(upsample=frozen, conv_last=frozen))
)
train_cfg = dict(max_iters=iterations, val_interval=iterations // 2)
default_hooks = dict(checkpoint=dict(interval=iterations // 2))
custom_hooks = [dict(type='EMAHook', momentum=0.01)]
