# Tests of denoisers of Gaussian noise on renderings with 128 and 64 samples per pixel (masked
# training, table 3b), the published set. The paper does not state its tone curve: here the sRGB
# curve of `mmrestore data convert-monte-carlo`.
test_dataloader = dict(
    batch_size=1,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=dict(
            monte_carlo_128spp=dict(
                type='ImageFolder',
                root='data/test/monte_carlo_firmino/128spp',
                gt_root='data/test/monte_carlo_firmino/reference',
            ),
            monte_carlo_64spp=dict(
                type='ImageFolder',
                root='data/test/monte_carlo_firmino/64spp',
                gt_root='data/test/monte_carlo_firmino/reference',
            ),
        ),
        pipeline=dict(image=dict(type='LoadImage'), tensor=dict(type='PackInputs')),
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
