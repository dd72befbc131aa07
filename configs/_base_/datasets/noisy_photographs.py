# Noise of one's own photographs: patches of 128 x 128, batches of 4, of BSDS400 and of 24 free
# photographs of many pixels (tools/free_photographs.py; `free=None` leaves them out). Every patch
# draws what is done to it: a drawn text, shape or weave in its place, softness, the noise of a
# camera, enlargement, grain with long waves, JPEG. Validation and tests open the pairs of PolyU.
train_dataloader = dict(
    total_batch_size=4,
    num_workers=0,
    drop_last=True,
    sampler=dict(type='ResumableSampler', shuffle=True, repeat=10),
    dataset=dict(
        type='ConcatDataset',
        datasets=dict(
            bsds400=dict(type='ImageFolder', root='data/BSDS500/train_test', cache=True),
            free=dict(type='ImageFolder', root='data/free_photographs', cache=True),
        ),
        pipeline=dict(
            image=dict(type='LoadImage'),
            patch=dict(type='RandomCrop', size=128),
            symmetry=dict(type='RandomDihedral'),
            tensor=dict(type='PackInputs'),
        ),
    ),
)
model = dict(
    data_preprocessor=dict(
        batch_transforms=dict(
            graphics=dict(type='SomeImages', share=0.1, transform=dict(type='Graphics')),
            # Photographs of many pixels are soft: what is enlarged here has no noise yet.
            softness=dict(
                type='SomeImages', share=0.5, transform=dict(type='Enlargement', factor=(1.0, 2.5))
            ),
            camera=dict(
                type='SomeImages',
                share=0.8,
                transform=dict(type='CameraNoise', shot_noise=(3e-5, 0.012)),
            ),
            white=dict(
                type='SomeImages', share=0.1, transform=dict(type='GaussianNoise', sigma=(1, 15))
            ),
            enlargement=dict(
                type='SomeImages', share=0.4, transform=dict(type='Enlargement', factor=(1.0, 2.0))
            ),
            grain=dict(
                type='SomeImages', share=0.7, transform=dict(type='LongWaveGrain', sigma=(0.5, 6.0))
            ),
            clean=dict(type='SomeImages', share=0.1, transform=dict(type='CleanInput')),
            jpeg=dict(
                type='SomeImages',
                share=0.7,
                transform=dict(type='JPEGCompression', quality=(72, 98)),
            ),
        )
    )
)
val_dataloader = dict(
    batch_size=1,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='ConcatDataset',
        datasets=dict(
            polyu=dict(
                type='ImageFolder',
                root='data/test/polyu',
                gt_root='data/test/polyu',
                pattern='{}_real',
                gt_pattern='{}_mean',
            )
        ),
        pipeline=dict(image=dict(type='LoadImage'), tensor=dict(type='PackInputs')),
    ),
)
val_evaluator = dict(
    type='Evaluator',
    metrics=[
        dict(type='PSNR'),
        dict(type='SSIM'),
        dict(type='PSNR', of='input', name='PSNR_of_input'),
    ],
)
test_dataloader = val_dataloader
test_evaluator = val_evaluator
