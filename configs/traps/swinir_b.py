"""SwinIR-B with TRAPS: pixels are shuffled within the patch in the first 8 of 300 epochs."""

_base_ = '../supervised/swinir_b.py'

model = dict(
    data_preprocessor=dict(batch_transforms=dict(shuffle=dict(type='IntraPatchPixelShuffle')))
)
default_hooks = dict(
    shuffle_schedule=dict(type='BatchTransformScheduleHook', transform='shuffle', stop=8)
)
