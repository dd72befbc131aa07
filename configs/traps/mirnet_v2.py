"""MIRNet-v2 with TRAPS: pixels are shuffled in the first 16 of 300 epochs."""

_base_ = '../supervised/mirnet_v2.py'

model = dict(
    data_preprocessor=dict(batch_transforms=dict(shuffle=dict(type='IntraPatchPixelShuffle')))
)
default_hooks = dict(
    shuffle_schedule=dict(type='BatchTransformScheduleHook', transform='shuffle', stop=16)
)
