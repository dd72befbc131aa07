# Super-resolution x4: DIV2K, 192 x 192 high-resolution patches, batches of 16 (EDSR). Training
# downscales them on the device. Measured on the luma without a border of as many pixels as the
# scale, as papers do.
scale = 4

model = dict(
    data_preprocessor=dict(
        batch_transforms=dict(low_resolution=dict(type='BicubicDownsample', scale=scale))
    )
)

train_dataloader = dict(
    total_batch_size=16,
    num_workers=4,
    drop_last=True,
    sampler=dict(type='ResumableSampler', shuffle=True),
    dataset=dict(
        type='ImageFolder',
        name='div2k',
        root='data/DIV2K/train/HR',
        cache='auto',
        pipeline=dict(
            image=dict(type='LoadImage'),
            patch=dict(type='RandomCrop', size=48 * scale),
            symmetry=dict(type='RandomDihedral'),
            tensor=dict(type='PackInputs'),
        ),
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='ConcatDataset',
        datasets=dict(
            div2k_valid_10=dict(
                type='ImageFolder',
                root='data/DIV2K/valid/HR',
                files=[f'08{i:02d}' for i in range(1, 11)],
            ),
        ),
        pipeline=dict(
            image=dict(type='LoadImage'),
            low_resolution=dict(type='BicubicDownsample', scale=scale),
            tensor=dict(type='PackInputs'),
        ),
    ),
)
test_dataloader = dict(
    batch_size=1,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='ConcatDataset',
        datasets=dict(
            div2k_valid=dict(type='ImageFolder', root='data/DIV2K/valid/HR'),
            kodak24=dict(type='ImageFolder', root='data/test/kodak24'),
            cbsd68=dict(type='ImageFolder', root='data/test/cbsd68'),
            urban100=dict(type='ImageFolder', root='data/test/urban100'),
        ),
        pipeline=dict(
            image=dict(type='LoadImage'),
            low_resolution=dict(type='BicubicDownsample', scale=scale),
            tensor=dict(type='PackInputs'),
        ),
    ),
)
val_evaluator = dict(
    type='Evaluator',
    metrics=[
        dict(type='PSNR', channel='y', crop_border=scale),
        dict(type='SSIM', channel='y', crop_border=scale),
    ],
)
test_evaluator = val_evaluator
