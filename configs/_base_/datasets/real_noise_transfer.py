# Tests of denoisers of Gaussian noise on photographs with real noise: the blocks of the SIDD
# validation and the boxes of DND (TRAPS, figures 13 and 14). DND has no public clean images: its
# boxes are only restored.
test_dataloader = dict(
    batch_size=1,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=dict(
            sidd_validation=dict(type='SIDDBlocks', root='data/SIDD'),
            dnd=dict(type='DNDBoxes', root='data/DND'),
        ),
        pipeline=dict(tensor=dict(type='PackInputs')),
    ),
)
test_evaluator = dict(
    type='Evaluator',
    metrics=[
        dict(type='PSNR', datasets=['sidd_validation']),
        dict(type='SSIM', channel='y', datasets=['sidd_validation']),
        dict(type='PSNR', of='input', name='PSNR_of_input', datasets=['sidd_validation']),
    ],
)
test_cfg = dict(type='TestLoop')
