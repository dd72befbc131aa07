# Photographs with real noise; they have no noise level. Clean are the estimate from many shots
# (SIDD) and the mean of many shots (PolyU, CC).
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='ConcatDataset',
        datasets=dict(
            sidd_validation=dict(
                type='SIDDBlocks',
                root='data/SIDD',
                pipeline=dict(tensor=dict(type='PackInputs')),
            ),
            polyu=dict(
                type='ImageFolder',
                root='data/test/polyu',
                gt_root='data/test/polyu',
                pattern='{}_real',
                gt_pattern='{}_mean',
            ),
            cc=dict(
                type='ImageFolder',
                root='data/test/cc',
                gt_root='data/test/cc',
                pattern='{}_real',
                gt_pattern='{}_mean',
            ),
        ),
        pipeline=dict(image=dict(type='LoadImage'), tensor=dict(type='PackInputs')),
    ),
)
val_evaluator = dict(type='Evaluator', metrics=[dict(type='PSNR'), dict(type='SSIM')])
test_dataloader = val_dataloader
test_evaluator = val_evaluator
