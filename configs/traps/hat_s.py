"""HAT-S with TRAPS: pixels are shuffled in the first 16 of 300 epochs."""

_base_ = '../supervised/hat_s.py'

model = dict(
    data_preprocessor=dict(batch_transforms=dict(shuffle=dict(type='IntraPatchPixelShuffle')))
)
default_hooks = dict(
    shuffle_schedule=dict(type='BatchTransformScheduleHook', transform='shuffle', stop=16)
)
