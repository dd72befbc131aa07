"""Both stages of DnCNN, one after the other."""

stages = dict(
    first=dict(config='dncnn.py'),
    second=dict(
        config='dncnn_plus.py',
        takes=dict(
            first=['load_from', 'model.data_preprocessor.batch_transforms.teacher.checkpoint']
        ),
    ),
)
