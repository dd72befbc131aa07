"""Stage two of the small EDSR: on "real" pictures, its targets those of stage one."""

_base_ = [
    '../_base_/models/edsr_baseline.py',
    '../_base_/datasets/super_resolution_bsds400_real.py',
    '../_base_/schedules/adam_10k_iterations.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/two_stage.py',
]
backbone = dict(type='EDSR', channels=32, num_blocks=4, scale=4)
first = 'work_dirs/small/edsr/iter_1000.pth'

model = dict(
    backbone=backbone,
    discriminator=dict(channels=32, num_layers=2),
    losses=dict(pixel=dict(type='MSELoss')),
    data_preprocessor=dict(
        batch_transforms=dict(teacher=dict(backbone=backbone, checkpoint=first))
    ),
)
# What enlarges stays as it is: it would learn a grid of pixels, which deceives a discriminator.
frozen = dict(lr_mult=0)
optim_wrapper = dict(
    backbone=dict(
        type='AmpOptimWrapper',
        paramwise_cfg=dict(custom_keys=dict(upsample=frozen, conv_last=frozen)),
    ),
    discriminator=dict(type='AmpOptimWrapper', optimizer=dict(lr=3e-4)),
)
train_cfg = dict(max_iters=200, val_interval=100)
default_hooks = dict(checkpoint=dict(interval=100, max_keep_ckpts=4))
custom_hooks = [dict(type='EMAHook', momentum=0.01)]
load_from = first
