"""Both stages of RED-Net, one after the other."""

stages = dict(
    first=dict(config='red30.py'),
    second=dict(
        config='red30_plus.py',
        takes=dict(
            first=['load_from', 'model.data_preprocessor.batch_transforms.teacher.checkpoint']
        ),
    ),
)
