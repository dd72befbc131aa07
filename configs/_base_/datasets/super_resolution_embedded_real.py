# Stage two with the photographs of the installed scikit-image: small "real" images of the two test
# photographs, whose large ones training does not see, and crops of the three others as clean ones.
_base_ = './super_resolution_embedded_two_tests.py'

model = dict(
    data_preprocessor=dict(batch_transforms=dict(low_resolution=None))
)  # inputs are degraded already
train_dataloader = dict(
    sampler=dict(repeat=160),  # 2 photographs, 320 patches an epoch
    dataset=dict(
        _delete_=True,
        type='UnpairedDataset',
        degraded=dict(
            type='EmbeddedPhotographs',
            split='test',
            name='embedded_real',
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
            type='EmbeddedPhotographs',
            split='train',
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
