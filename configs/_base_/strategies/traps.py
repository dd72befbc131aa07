"""TRAPS: shuffle the pixels within each patch, input and target alike, in the first epochs."""

model = dict(
    data_preprocessor=dict(batch_transforms=dict(shuffle=dict(type='IntraPatchPixelShuffle')))
)
default_hooks = dict(
    shuffle_schedule=dict(type='BatchTransformScheduleHook', transform='shuffle', stop=16)
)
