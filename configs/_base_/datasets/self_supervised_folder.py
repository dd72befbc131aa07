# Noisy photographs of your own, from 256 x 256 pixels on, in any number: link data/photographs to
# them, or override the two roots. There is no clean picture anywhere: checkpoints are compared by a
# measure that needs none (docs/analysis.md), on the middle of the same photographs.
_base_ = './self_supervised_sidd.py'

train_dataloader = dict(
    num_workers=2,
    sampler=dict(repeat=10),
    dataset=dict(name='folder', root='data/photographs'),
)
val_dataloader = dict(
    dataset=dict(
        datasets=dict(_delete_=True, folder=dict(type='ImageFolder', root='data/photographs')),
        pipeline=dict(
            _delete_=True,
            image=dict(type='LoadImage'),
            middle=dict(type='CenterCrop', size=256),
            noise=dict(type='Recorrupt'),
            tensor=dict(type='PackInputs'),
        ),
    ),
)
val_evaluator = dict(_delete_=True, type='Evaluator', metrics=[dict(type='RecorruptedGain')])
test_dataloader = val_dataloader
test_evaluator = val_evaluator
