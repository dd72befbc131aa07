"""GRL-S, motion deblurring on GoPro, with TRAPS in the first 20 of 300 epochs."""

_base_ = '../supervised/grl_s_gopro.py'

model = dict(
    data_preprocessor=dict(batch_transforms=dict(shuffle=dict(type='IntraPatchPixelShuffle')))
)
default_hooks = dict(
    shuffle_schedule=dict(type='BatchTransformScheduleHook', transform='shuffle', stop=20)
)
