"""Tests of the small DM-Net by NIQE, on larger parts of the photographs, for it compares blocks."""

_base_ = './dmnet.py'
large = dict(pipeline=dict(middle=dict(size=500), screen=dict(noise=dict(size=468))))

test_dataloader = dict(
    dataset=dict(
        datasets=dict(kodak24=large, mcmaster=large, kodak24_real=large, mcmaster_real=large)
    )
)
test_evaluator = dict(
    metrics=[
        dict(type='NIQE'),
        dict(type='PSNR'),
        dict(type='NIQE', of='input', name='NIQE_of_input'),
        dict(type='PSNR', of='input', name='PSNR_of_input'),
    ]
)
