"""Stages one and two of the small EDSR, one after the other."""

stages = dict(
    first=dict(config='edsr.py'),
    second=dict(
        config='edsr_plus.py',
        takes=dict(
            first=['load_from', 'model.data_preprocessor.batch_transforms.teacher.checkpoint']
        ),
    ),
)
