"""Both stages of SRResNet, one after the other."""

stages = dict(
    first=dict(config='srresnet.py'),
    second=dict(
        config='srresnet_plus.py',
        takes=dict(
            first=['load_from', 'model.data_preprocessor.batch_transforms.teacher.checkpoint']
        ),
    ),
)
