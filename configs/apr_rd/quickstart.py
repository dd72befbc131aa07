"""Both stages on photographs of scikit-image with the noise of a camera; minutes on a CPU."""

stages = dict(
    apr=dict(config='quickstart_apr.py'),
    rd=dict(
        config='quickstart_rd.py',
        takes=dict(apr='model.data_preprocessor.batch_transforms.teacher.checkpoint'),
    ),
)
