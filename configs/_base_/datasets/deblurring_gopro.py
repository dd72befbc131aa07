# Motion deblurring: trained on GoPro alone, 64 x 64 patches, batches of 16 (TRAPS, appendix A.1),
# validated on 30 random pairs of its test set (figure 7 d), tested on four sets (table 2). RealBlur
# is measured as its benchmark does it, after alignment; the paper does not say whether it did so.
train_dataloader = dict(
    total_batch_size=16,
    num_workers=4,
    drop_last=True,
    sampler=dict(type='ResumableSampler', shuffle=True),
    dataset=dict(
        type='ImageFolder',
        name='gopro',
        root='data/GoPro/train/blur',
        gt_root='data/GoPro/train/sharp',
        cache='auto',
        pipeline=dict(
            image=dict(type='LoadImage'),
            patch=dict(type='RandomCrop', size=64),
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
            gopro_30=dict(
                type='ImageFolder',
                root='data/GoPro/test/blur',
                gt_root='data/GoPro/test/sharp',
                list_file='data/GoPro/test_30.txt',
            ),
        ),
        pipeline=dict(image=dict(type='LoadImage'), tensor=dict(type='PackInputs')),
    ),
)
test_dataloader = dict(
    batch_size=1,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='ConcatDataset',
        datasets=dict(
            gopro=dict(
                type='ImageFolder', root='data/GoPro/test/blur', gt_root='data/GoPro/test/sharp'
            ),
            hide=dict(
                type='ImageFolder', root='data/test/hide/blur', gt_root='data/test/hide/sharp'
            ),
            realblur_r=dict(
                type='ImageFolder',
                root='data/test/realblur_r/blur',
                gt_root='data/test/realblur_r/sharp',
            ),
            realblur_j=dict(
                type='ImageFolder',
                root='data/test/realblur_j/blur',
                gt_root='data/test/realblur_j/sharp',
            ),
        ),
        pipeline=dict(image=dict(type='LoadImage'), tensor=dict(type='PackInputs')),
    ),
)
val_evaluator = dict(type='Evaluator', metrics=[dict(type='PSNR'), dict(type='SSIM', channel='y')])
test_evaluator = dict(
    type='Evaluator',
    metrics=[
        dict(type='PSNR', datasets=['gopro', 'hide']),
        dict(type='SSIM', channel='y', datasets=['gopro', 'hide']),
        dict(type='PSNR', align=True, datasets=['realblur_r', 'realblur_j']),
        dict(type='SSIM', channel='y', align=True, datasets=['realblur_r', 'realblur_j']),
    ],
)
