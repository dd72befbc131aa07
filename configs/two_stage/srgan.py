"""SRGAN: synthetic pairs of faces, compared by VGG-19, and a discriminator of clean faces."""

_base_ = [
    '../_base_/models/srresnet.py',
    '../_base_/datasets/super_resolution_faces_gan.py',
    '../_base_/schedules/adam_10k_iterations.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/adversarial.py',
]
model = dict(
    discriminator=dict(_delete_=True, type='SRGANDiscriminator', image_size=96),
    losses=dict(_delete_=True, perceptual=dict(type='PerceptualLoss', loss_weight=0.006)),
)
param_scheduler = [dict(type='MultiStepLR', milestones=[100_000], gamma=0.1, by_epoch=False)]
train_cfg = dict(max_iters=200_000, val_interval=10_000)
default_hooks = dict(checkpoint=dict(interval=10_000))
load_from = 'work_dirs/two_stage/srresnet/iter_100000.pth'
