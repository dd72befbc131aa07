"""DM-Net+ on real photographs of screens, which have no truth to be compared with, by NIQE."""

_base_ = './dmnet_plus.py'

test_dataloader = dict(
    dataset=dict(
        datasets=dict(
            _delete_=True,
            screen_photographs=dict(type='ImageFolder', root='data/screen_photographs/test'),
        ),
        pipeline=dict(
            _delete_=True,
            image=dict(type='LoadImage'),
            tensor=dict(type='PackInputs'),
        ),
    )
)
test_evaluator = dict(
    metrics=[dict(type='NIQE'), dict(type='NIQE', of='input', name='NIQE_of_input')]
)
