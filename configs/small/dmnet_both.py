"""Stages one and two of the small DM-Net, one after the other."""

stages = dict(
    first=dict(config='dmnet.py'),
    second=dict(
        config='dmnet_plus.py',
        takes=dict(
            first=['load_from', 'model.data_preprocessor.batch_transforms.teacher.checkpoint']
        ),
    ),
)
