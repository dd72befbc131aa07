"""TRAPS: shuffle the pixels within each patch, input and target alike, at the start of training.

`stop` is when shuffling ends: a share of the training, or an epoch (the paper's choice, 8 to 20 of
300, is stated by the configs in `traps/`).
"""

model = dict(
    data_preprocessor=dict(batch_transforms=dict(shuffle=dict(type='IntraPatchPixelShuffle')))
)
default_hooks = dict(
    shuffle_schedule=dict(type='BatchTransformScheduleHook', transform='shuffle', stop=0.05)
)
