# Color denoising: DIV2K, 64 x 64 patches, batches of 16 (TRAPS, appendix A.1); four test sets.
# Training adds the noise on the device.
sigma = 50

model = dict(
    data_preprocessor=dict(batch_transforms=dict(noise=dict(type='GaussianNoise', sigma=sigma)))
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
            kodak24=dict(type='ImageFolder', root='data/test/kodak24'),
            mcmaster=dict(type='ImageFolder', root='data/test/mcmaster'),
            cbsd68=dict(type='ImageFolder', root='data/test/cbsd68'),
            urban100=dict(type='ImageFolder', root='data/test/urban100'),
        ),
        pipeline=dict(
            image=dict(type='LoadImage'),
            noise=dict(type='AddGaussianNoise', sigma=sigma),
            tensor=dict(type='PackInputs'),
        ),
    ),
)
val_evaluator = dict(type='Evaluator', metrics=[dict(type='PSNR'), dict(type='SSIM', channel='y')])
test_dataloader = val_dataloader
test_evaluator = dict(
    type='Evaluator',
    metrics=[dict(type='PSNR'), dict(type='SSIM', channel='y'), dict(type='LPIPS')],
)
