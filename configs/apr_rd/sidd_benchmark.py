"""Both stages on the photographs of the SIDD benchmark: fully self-supervised."""

stages = dict(
    apr=dict(config='sidd_benchmark_apr.py'),
    rd=dict(
        config='sidd_benchmark_rd.py',
        takes=dict(apr='model.data_preprocessor.batch_transforms.teacher.checkpoint'),
    ),
)
