"""Validation photographs that are set apart, and the tests of both degradations."""

_base_ = '../../configs/_base_/datasets/super_resolution_bsds400.py'
apart = dict(
    type='ImageFolder',
    root='data/BSDS500/train_test',
    list_file='experiments/lists/set_apart.txt',
)

train_dataloader = dict(dataset=dict(list_file='experiments/lists/synthetic.txt'))
val_dataloader = dict(
    dataset=dict(
        datasets=dict(
            _delete_=True,
            apart=dict(apart, **{{_base_.synthetic}}),
            apart_real=dict(apart, **{{_base_.real}}),
        )
    )
)
test_evaluator = dict(
    metrics=[
        dict(type='PSNR', channel='y', crop_border={{_base_.scale}}),
        dict(type='SSIM', channel='y', crop_border={{_base_.scale}}),
    ]
)
