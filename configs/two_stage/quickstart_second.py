"""Stage two of the small EDSR: "real" small photographs, whose large ones it never sees."""

_base_ = [
    '../_base_/models/edsr_baseline.py',
    '../_base_/datasets/super_resolution_embedded_real.py',
    '../_base_/schedules/adam_10k_iterations.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/two_stage.py',
]
backbone = dict(type='EDSR', channels=16, num_blocks=4, scale=4)
first = 'work_dirs/two_stage/quickstart/first/iter_600.pth'

model = dict(
    backbone=backbone,
    discriminator=dict(channels=16, num_layers=2),
    losses=dict(pixel=dict(type='MSELoss')),
    data_preprocessor=dict(
        batch_transforms=dict(teacher=dict(backbone=backbone, checkpoint=first))
    ),
)
# What enlarges stays as it is: it would learn a grid of pixels, which deceives a discriminator.
frozen = dict(lr_mult=0)
optim_wrapper = dict(
    backbone=dict(
        optimizer=dict(lr=3e-4),
        paramwise_cfg=dict(custom_keys=dict(upsample=frozen, conv_last=frozen)),
    ),
    discriminator=dict(optimizer=dict(lr=3e-4)),
)
train_cfg = dict(max_iters=300, val_interval=100)
default_hooks = dict(logger=dict(interval=50), checkpoint=dict(interval=100))
custom_hooks = [dict(type='EMAHook', momentum=0.01)]
load_from = first
