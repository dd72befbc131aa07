# Real photographs without clean pictures: trained on the noisy half of SIDD Medium, cut into tiles
# of 512 x 512 by `mmrestore data prepare sidd-medium`, in patches of 256 x 256 and batches of 8
# (APR-RD and AT-BSN). Clean pictures are opened by the tests alone, the SIDD validation blocks.
train_dataloader = dict(
    total_batch_size=8,
    num_workers=4,
    drop_last=True,
    sampler=dict(type='ResumableSampler', shuffle=True),
    dataset=dict(
        type='ImageFolder',
        name='sidd_medium',
        root='data/SIDD_Medium/noisy_tiles',
        cache='auto',
        pipeline=dict(
            image=dict(type='LoadImage'),
            patch=dict(type='RandomCrop', size=256),
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
