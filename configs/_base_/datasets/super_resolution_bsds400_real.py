# Experiments in two stages of super-resolution x4, stage two: a quarter of the photographs of
# BSDS400, made small and "real", each the same in every epoch, and another quarter as the clean
# pictures that have nothing to do with them. Tests are those of stage one.
_base_ = './super_resolution_bsds400.py'

model = dict(
    data_preprocessor=dict(batch_transforms=dict(low_resolution=None))
)  # inputs are degraded already
train_dataloader = dict(
    sampler=dict(repeat=20),
    dataset=dict(
        _delete_=True,
        type='UnpairedDataset',
        degraded=dict(
            type='ImageFolder',
            name='bsds400_real',
            root='data/BSDS500/train_test',
            list_file='{{ fileDirname }}/lists/bsds400_real.txt',
            cache=True,
            pipeline=dict(
                image=dict(type='LoadImage'),
                low_resolution=dict(
                    type='BicubicDownsample', scale={{_base_.scale}}, keep_clean=False
                ),
                blur=dict(type='AddNoise', noise={{_base_.blur.noise}}, keep_clean=False),
                noise=dict(
                    type='AddNoise',
                    noise={{_base_.noise.noise}},
                    by_name=True,
                    keep_clean=False,
                ),
                patch=dict(type='RandomCrop', size=24),
                symmetry=dict(type='RandomDihedral'),
                tensor=dict(type='PackInputs'),
            ),
        ),
        clean=dict(
            type='ImageFolder',
            root='data/BSDS500/train_test',
            list_file='{{ fileDirname }}/lists/bsds400_clean.txt',
            cache=True,
            pipeline=dict(
                image=dict(type='LoadImage'),
                patch=dict(type='RandomCrop', size=96),
                symmetry=dict(type='RandomDihedral'),
                tensor=dict(type='PackInputs'),
            ),
        ),
    ),
)
