# Stage two of super-resolution x4 of faces: real small faces of 30 x 30, which have no large ones,
# in crops of 24 x 24 and batches of 32, each with a crop of 96 x 96 of a large face that has
# nothing to do with it (two-stage training, section 4; whole faces of 120 do not fit SRGAN's
# discriminator, which wants a multiple of 16). Tested on the synthetic faces of stage one; real
# ones have no truth to be measured against.
_base_ = './super_resolution_faces.py'

model = dict(
    data_preprocessor=dict(batch_transforms=dict(low_resolution=None))
)  # inputs are degraded already
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='UnpairedDataset',
        degraded=dict(
            type='ImageFolder',
            name='faces_real',
            root='data/faces/30',
            list_file='data/faces/30_train.txt',
            cache='auto',
            pipeline=dict(
                image=dict(type='LoadImage'),
                patch=dict(type='RandomCrop', size=24),
                tensor=dict(type='PackInputs'),
            ),
        ),
        clean=dict(
            type='ImageFolder',
            name='faces',
            root='data/faces/120',
            list_file='data/faces/120_train.txt',
            cache='auto',
            pipeline=dict(
                image=dict(type='LoadImage'),
                patch=dict(type='RandomCrop', size=96),
                tensor=dict(type='PackInputs'),
            ),
        ),
    ),
)
