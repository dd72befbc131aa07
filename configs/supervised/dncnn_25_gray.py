"""DnCNN, gray denoising at sigma 25, with folded batch norm as in its released weights.

To train it as its authors did, with batch norm, add `--cfg-options model.backbone.batch_norm=True`.
"""

_base_ = [
    '../_base_/models/dncnn_gray.py',
    '../_base_/datasets/denoising_div2k_gray_sigma25.py',
    '../_base_/schedules/adam_300_epochs.py',
    '../_base_/default_runtime.py',
]
model = dict(
    backbone=dict(batch_norm=False),
)
val_evaluator = dict(
    metrics=[
        dict(type='PSNR'),
        dict(type='PSNR', rounded=False, name='PSNR_unrounded'),
        dict(type='SSIM'),
    ]
)
test_evaluator = val_evaluator
