"""As the released code differs from the paper: pixels masked by -0.1, its Adam and schedule, EMA.

Its checkpoints `input_mask_80_90.pth` and `baseline.pth` (with `attention_mask=None`) load into it.
"""

_base_ = './swinir_80_90.py'

model = dict(
    attachments=dict(input_mask=None),
    data_preprocessor=dict(
        batch_transforms=dict(mask=dict(type='RandomPixelMask', ratio=(0.8, 0.9), value=-0.1))
    ),
    inference=dict(pad=dict(mode='symmetric')),
)
optim_wrapper = dict(optimizer=dict(betas=(0.9, 0.999)))
param_scheduler = [
    dict(
        type='MultiStepLR',
        milestones=[150_000, 200_000, 300_000, 350_000, 400_000],
        gamma=0.5,
        by_epoch=False,
    )
]
train_cfg = dict(max_iters=400_000)
custom_hooks = [dict(type='EMAHook', momentum=0.001)]
