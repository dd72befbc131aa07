"""A small discriminator and the clean images that it sees."""

patch = dict(
    image=dict(type='LoadImage'),
    patch=dict(type='RandomCrop', size=96),
    symmetry=dict(type='RandomDihedral'),
    tensor=dict(type='PackInputs'),
)

model = dict(discriminator=dict(channels=32, num_layers=2))
train_dataloader = dict(
    sampler=dict(repeat=20),
    dataset=dict(
        _delete_=True,
        type='UnpairedDataset',
        clean=dict(
            type='ImageFolder',
            root='data/BSDS500/train_test',
            list_file='experiments/lists/clean.txt',
            cache=True,
            pipeline=patch,
        ),
    ),
)
optim_wrapper = dict(discriminator=dict(optimizer=dict(lr=3e-4), paramwise_cfg=None))
