# Super-resolution x4 with the photographs of the installed scikit-image: nothing to download.
_base_ = './super_resolution_div2k.py'

train_dataloader = dict(
    num_workers=2,
    sampler=dict(repeat=107),  # 3 photographs, 321 patches an epoch
    dataset=dict(
        _delete_=True,
        type='EmbeddedPhotographs',
        cache=True,
        split='train',
        pipeline={{_base_.train_dataloader.dataset.pipeline}},
    ),
)
val_dataloader = dict(
    dataset=dict(
        datasets=dict(
            _delete_=True,
            embedded=dict(type='EmbeddedPhotographs', split='test', cache=True),
        )
    )
)
test_dataloader = val_dataloader
