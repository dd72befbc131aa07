"""Stages one and two of the small EDSR, one after the other."""

stages = dict(
    first=dict(config='small_edsr.py'),
    second=dict(
        config='small_edsr_plus.py',
        takes=dict(
            first=['load_from', 'model.data_preprocessor.batch_transforms.teacher.checkpoint']
        ),
    ),
)
