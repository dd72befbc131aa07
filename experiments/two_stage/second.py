"""Stage two: degraded images without clean versions, whose targets are those of stage one."""

_base_ = ['./further.py', '../../configs/_base_/strategies/two_stage.py', './discriminator.py']
degraded = dict(
    image=dict(type='LoadImage'),
    low_resolution=dict(type='BicubicDownsample', scale={{_base_.scale}}, keep_clean=False),
    blur=dict({{_base_.blur}}, keep_clean=False),
    noise=dict({{_base_.noise}}, keep_clean=False),
    patch=dict(type='RandomCrop', size=24),
    symmetry=dict(type='RandomDihedral'),
    tensor=dict(type='PackInputs'),
)

model = dict(data_preprocessor=dict(batch_transforms=dict(low_resolution=None)))
train_dataloader = dict(
    dataset=dict(
        degraded=dict(
            type='ImageFolder',
            root='data/BSDS500/train_test',
            name='real',
            list_file='experiments/lists/real.txt',
            cache=True,
            pipeline=degraded,
        )
    ),
)
