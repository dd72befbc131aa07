"""Stage two of the small DM-Net: on "real" pictures, its targets those of stage one."""

_base_ = [
    '../_base_/models/dmnet_two_scale.py',
    '../_base_/datasets/demoireing_bsds400_real.py',
    '../_base_/schedules/adam_10k_iterations.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/two_stage.py',
]
backbone = dict(type='DMNet', channels=16, num_blocks=4, num_convs=4)
first = 'work_dirs/small/dmnet/iter_800.pth'

model = dict(
    backbone=backbone,
    discriminator=dict(_delete_=True, type='SRGANDiscriminator', channels=32, image_size=96),
    data_preprocessor=dict(
        batch_transforms=dict(
            teacher=dict(backbone=dict(backbone, _delete_=True), checkpoint=first)
        )
    ),
)
optim_wrapper = dict(
    backbone=dict(type='AmpOptimWrapper'),
    discriminator=dict(type='AmpOptimWrapper'),
)
train_cfg = dict(max_iters=400, val_interval=200)
default_hooks = dict(checkpoint=dict(interval=200, max_keep_ckpts=4))
custom_hooks = [dict(type='EMAHook', momentum=0.01)]
load_from = first
