"""The quick start: a small SwinIR with TRAPS in the first of 6 epochs."""

_base_ = '../supervised/quickstart.py'

model = dict(
    data_preprocessor=dict(batch_transforms=dict(shuffle=dict(type='IntraPatchPixelShuffle')))
)
default_hooks = dict(
    shuffle_schedule=dict(type='BatchTransformScheduleHook', transform='shuffle', stop=1)
)
