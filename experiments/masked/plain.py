"""The network without masks, noise of sigma 15; the full budget is that of configs/small/masked.py.

It has 32 channels in two stages of three blocks, patches of 48 x 48 and 6000 iterations, and tests
the middle 256 x 256 pixels of Kodak24 and McMaster.
"""

_base_ = [
    '../../configs/_base_/models/masked_swinir.py',
    '../../configs/_base_/datasets/denoising_bsds400_sigma15.py',
    '../../configs/_base_/schedules/adam_200k_iterations.py',
    '../../configs/_base_/iteration_runtime.py',
]
iterations = 600
channels, blocks, patch_size = 16, 2, 32
test_size = 128
load = dict(type='LoadImage')
pack = dict(type='PackInputs')

model = dict(
    backbone=dict(
        embed_channels=channels,
        depths=[blocks, blocks],
        num_heads=[4, 4],
        num_convs=1,
        drop_path_rate=0.0,
    ),
)
train_dataloader = dict(
    total_batch_size=4,
    num_workers=1,
    dataset=dict(
        list_file='experiments/lists/bsds388.txt', pipeline=dict(patch=dict(size=patch_size))
    ),
)
val_dataloader = dict(
    num_workers=1,
    dataset=dict(
        datasets=dict(
            _delete_=True,
            set_apart=dict(
                type='ImageFolder',
                root='data/BSDS500/train_test',
                list_file='experiments/lists/set_apart.txt',
            ),
        ),
        pipeline=dict(
            _delete_=True,
            image=load,
            middle=dict(type='CenterCrop', size=test_size),
            noise=dict(type='AddNoise', noise=dict(type='GaussianNoise', sigma=15), seed=None),
            tensor=pack,
        ),
    ),
)
test_dataloader = dict(
    num_workers=1,
    dataset=dict(
        _delete_=True,
        type='NoiseGrid',
        datasets=dict(kodak24=dict(type='ImageFolder', root='data/test/kodak24', cache=True)),
        noises=dict(
            gaussian=dict(type='GaussianNoise', levels=dict(sigma=[15])),
            speckle=dict(type='SpeckleNoise', levels=dict(variance=[0.018, 0.04])),
            poisson=dict(type='PoissonNoise', levels=dict(amplification=[2, 3, 3.5])),
            correlated=dict(type='CorrelatedGaussianNoise', levels=dict(sigma=[40, 60])),
            salt_and_pepper=dict(type='SaltAndPepperNoise', levels=dict(density=[0.002, 0.02])),
            camera=dict(type='CameraNoise'),
            mixture=dict(type='MixtureNoise', levels=dict(level=[1, 3, 5])),
        ),
        pipeline=dict(
            image=load,
            middle=dict(type='CenterCrop', size=test_size),
            noise=dict(type='AddNoise', seed=None),
            tensor=pack,
        ),
    ),
)
test_evaluator = dict(
    metrics=[
        dict(type='PSNR', crop_border=1),
        dict(type='SSIM', crop_border=1),
        dict(type='BrightnessError'),
    ]
)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=iterations, eta_min=1e-5, by_epoch=False)]
train_cfg = dict(max_iters=iterations, val_interval=iterations // 2)
default_hooks = dict(checkpoint=dict(interval=iterations // 2))
