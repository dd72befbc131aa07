"""All that the README measures of the quick start, by NIQE too; for `mmrestore test`."""

_base_ = './quickstart_second.py'
test_evaluator = dict(
    metrics=[
        dict(type='PSNR', channel='y', crop_border={{_base_.scale}}),
        dict(type='SSIM', channel='y', crop_border={{_base_.scale}}),
        dict(type='PSNR', crop_border={{_base_.scale}}, name='PSNR_RGB'),
        dict(type='LPIPS', weights='random'),
        dict(type='NIQE', crop_border={{_base_.scale}}),
    ]
)
