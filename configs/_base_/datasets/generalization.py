# Noises that a denoiser never saw in training (masked training, figure 11): four test sets under
# seven noises at their levels. Results read kodak24/speckle_0.03/PSNR.
# The levels of salt and pepper noise and the composition of the mixture are not published: these
# are reconstructions (docs/generalization.md).
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='NoiseGrid',
        datasets=dict(
            kodak24=dict(type='ImageFolder', root='data/test/kodak24', cache=True),
            mcmaster=dict(type='ImageFolder', root='data/test/mcmaster', cache=True),
            cbsd68=dict(type='ImageFolder', root='data/test/cbsd68', cache=True),
            urban100=dict(type='ImageFolder', root='data/test/urban100', cache=True),
        ),
        noises=dict(
            gaussian=dict(type='GaussianNoise', levels=dict(sigma=[15])),
            speckle=dict(
                type='SpeckleNoise', levels=dict(variance=[0.018, 0.024, 0.03, 0.036, 0.04])
            ),
            poisson=dict(type='PoissonNoise', levels=dict(amplification=[2, 2.5, 3, 3.5])),
            correlated=dict(
                type='CorrelatedGaussianNoise', levels=dict(sigma=[40, 45, 50, 55, 60])
            ),
            salt_and_pepper=dict(
                type='SaltAndPepperNoise', levels=dict(density=[0.002, 0.012, 0.016, 0.02])
            ),
            camera=dict(type='CameraNoise'),
            mixture=dict(type='MixtureNoise', levels=dict(level=[1, 2, 3, 4, 5])),
        ),
        pipeline=dict(
            image=dict(type='LoadImage'),
            middle=None,  # for quick looks: dict(type='CenterCrop', size=128)
            noise=dict(type='AddNoise', seed=None),  # each image its own draws, always the same
            tensor=dict(type='PackInputs'),
        ),
    ),
)
# As the released code measures.
val_evaluator = dict(
    type='Evaluator', metrics=[dict(type='PSNR', crop_border=1), dict(type='SSIM', crop_border=1)]
)
test_dataloader = val_dataloader
test_evaluator = dict(
    type='Evaluator', metrics=[*val_evaluator['metrics'], dict(type='LPIPS', channel_order='bgr')]
)
