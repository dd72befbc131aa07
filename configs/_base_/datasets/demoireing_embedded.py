# Demoireing with the photographs of the installed scikit-image as what the screen shows: nothing to
# download.
_base_ = './demoireing_screenshots.py'
screen = dict(type='ScreenPhotograph', size=96)

model = dict(data_preprocessor=dict(batch_transforms=dict(screen=screen)))
train_dataloader = dict(
    total_batch_size=8,
    num_workers=2,
    sampler=dict(repeat=107),  # 3 photographs, 321 patches an epoch
    dataset=dict(
        _delete_=True,
        type='EmbeddedPhotographs',
        cache=True,
        split='train',
        pipeline=dict(
            image=dict(type='LoadImage'),
            patch=dict(type='RandomCrop', size=112),
            symmetry=dict(type='RandomDihedral'),
            tensor=dict(type='PackInputs'),
        ),
    ),
)
val_dataloader = dict(
    dataset=dict(
        datasets=dict(
            _delete_=True,
            embedded=dict(type='EmbeddedPhotographs', split='test', cache=True),
        ),
    ),
)
test_dataloader = dict(
    dataset=dict(
        datasets=dict(
            _delete_=True,
            embedded=dict(type='EmbeddedPhotographs', split='test', cache=True),
        ),
    ),
)
