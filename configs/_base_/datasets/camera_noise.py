# Tests of denoisers of Gaussian noise on Kodak24 with the noise of a camera and its processing, at
# the default parameters of its authors (masked training, table 3c). The target is what the camera
# makes of the clean image; the paper does not state it.
test_dataloader = dict(
    batch_size=1,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        _delete_=True,
        type='NoiseGrid',
        datasets=dict(kodak24=dict(type='ImageFolder', root='data/test/kodak24')),
        noises=dict(camera=dict(type='CameraNoise')),
        pipeline=dict(
            image=dict(type='LoadImage'),
            noise=dict(type='AddNoise', seed=None),
            tensor=dict(type='PackInputs'),
        ),
    ),
)
test_evaluator = dict(
    type='Evaluator',
    metrics=[
        dict(type='PSNR', crop_border=1),
        dict(type='SSIM', crop_border=1),
        dict(type='LPIPS', channel_order='bgr'),
    ],
)
test_cfg = dict(type='TestLoop')
