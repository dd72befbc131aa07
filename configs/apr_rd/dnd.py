"""Both stages on the boxes of DND: fully self-supervised."""

stages = dict(
    apr=dict(config='dnd_apr.py'),
    rd=dict(
        config='dnd_rd.py',
        takes=dict(apr='model.data_preprocessor.batch_transforms.teacher.checkpoint'),
    ),
)
