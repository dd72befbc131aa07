# Supervised denoising of real noise: the 320 pairs of SIDD Medium as they are downloaded, 128 x 128
# patches, batches of 8; tested on the blocks of the SIDD validation.
pairs = dict(
    type='ImageFolder',
    root='data/SIDD_Medium_Srgb/Data',
    gt_root='data/SIDD_Medium_Srgb/Data',
    cache='auto',
)
train_dataloader = dict(
    total_batch_size=8,
    num_workers=4,
    drop_last=True,
    sampler=dict(type='ResumableSampler', shuffle=True),
    dataset=dict(
        type='ConcatDataset',
        datasets=dict(
            sidd_medium_010=dict(pattern='{}_NOISY_SRGB_010', gt_pattern='{}_GT_SRGB_010', **pairs),
            sidd_medium_011=dict(pattern='{}_NOISY_SRGB_011', gt_pattern='{}_GT_SRGB_011', **pairs),
        ),
        pipeline=dict(
            image=dict(type='LoadImage'),
            patch=dict(type='RandomCrop', size=128),
            symmetry=dict(type='RandomDihedral'),
            tensor=dict(type='PackInputs'),
        ),
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=1,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='ConcatDataset',
        datasets=dict(sidd_validation=dict(type='SIDDBlocks', root='data/SIDD')),
        pipeline=dict(tensor=dict(type='PackInputs')),
    ),
)
val_evaluator = dict(type='Evaluator', metrics=[dict(type='PSNR'), dict(type='SSIM')])
test_dataloader = val_dataloader
test_evaluator = val_evaluator
