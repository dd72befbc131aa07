# Colour denoising with the photographs of the installed scikit-image: nothing to download.
_base_ = './denoising_div2k_sigma50.py'

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
        datasets=dict(_delete_=True, embedded=dict(type='EmbeddedPhotographs', split='test'))
    )
)
test_dataloader = val_dataloader
