# The noisy half of PolyU, `*_real`: patches of 256 x 256, batches of 8, an epoch of 1000 patches.
# Clean pictures, `*_mean`, are opened by validation and test alone. Validation also has a measure
# that needs none, polyu_noisy/RecorruptedGain (docs/analysis.md), to see how well it chooses.
_base_ = './self_supervised_sidd.py'
pairs = dict(
    type='ImageFolder',
    root='data/test/polyu',
    gt_root='data/test/polyu',
    pattern='{}_real',
    gt_pattern='{}_mean',
)
pack = dict(image=dict(type='LoadImage'), tensor=dict(type='PackInputs'))

train_dataloader = dict(
    num_workers=2,
    sampler=dict(repeat=10),
    dataset=dict(name='polyu', root='data/test/polyu', pattern='{}_real', cache=True),
)
val_dataloader = dict(
    dataset=dict(
        datasets=dict(
            _delete_=True,
            polyu=pairs,
            polyu_noisy=dict(
                type='ImageFolder',
                root='data/test/polyu',
                pattern='{}_real',
                pipeline=dict(
                    image=dict(type='LoadImage'),
                    noise=dict(type='Recorrupt'),
                    tensor=dict(type='PackInputs'),
                ),
            ),
        ),
        pipeline=dict(_delete_=True, **pack),
    ),
)
val_evaluator = dict(
    metrics=[
        dict(type='PSNR', datasets=['polyu']),
        dict(type='SSIM', datasets=['polyu']),
        dict(type='RecorruptedGain', datasets=['polyu_noisy']),
    ]
)
test_dataloader = dict(
    dataset=dict(datasets=dict(_delete_=True, polyu=pairs), pipeline=dict(_delete_=True, **pack))
)
