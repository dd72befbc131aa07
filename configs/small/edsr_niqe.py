"""Tests of the small EDSR by NIQE, on larger parts of the photographs, for it compares blocks."""

_base_ = './edsr.py'
large = dict(pipeline=dict(middle=dict(size=500)))

test_dataloader = dict(
    dataset=dict(
        datasets=dict(kodak24=large, mcmaster=large, kodak24_real=large, mcmaster_real=large)
    )
)
test_evaluator = dict(
    metrics=[
        dict(type='NIQE', crop_border={{_base_.scale}}),
        dict(type='PSNR', channel='y', crop_border={{_base_.scale}}),
    ]
)
