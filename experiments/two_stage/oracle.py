"""Stage one, fine-tuned with the clean versions of the degraded images, which nobody has."""

_base_ = './further.py'

model = dict(data_preprocessor=dict(batch_transforms=dict(low_resolution=None)))
train_dataloader = dict(
    sampler=dict(repeat=20),
    dataset=dict(
        name='real',
        list_file='experiments/lists/real.txt',
        pipeline=dict(
            _delete_=True,
            image=dict(type='LoadImage'),
            low_resolution=dict(type='BicubicDownsample', scale={{_base_.scale}}),
            blur={{_base_.blur}},
            noise={{_base_.noise}},
            patch=dict(type='RandomCrop', size=24, scale={{_base_.scale}}),
            symmetry=dict(type='RandomDihedral'),
            tensor=dict(type='PackInputs'),
        ),
    ),
)
