# SRGAN on faces: crops of 96 x 96 of large faces, which the model makes small, in batches of 32,
# each with a crop of another face for the discriminator (two-stage training, section 4.2).
_base_ = './super_resolution_faces.py'
pipeline = dict(
    image=dict(type='LoadImage'),
    patch=dict(type='RandomCrop', size=96),
    tensor=dict(type='PackInputs'),
)
faces = dict(
    type='ImageFolder',
    root='data/faces/120',
    list_file='data/faces/120_train.txt',
    cache='auto',
)

train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='UnpairedDataset',
        degraded=dict(faces, name='faces', pipeline=pipeline),
        clean=dict(faces, pipeline=pipeline),
    ),
)
