# Super-resolution x4 of one picture, trained on it alone (ZSSR): crops of it are the large images
# of training, which the model makes small. For trying out, the picture is itself made small here
# from a photograph that training never sees. For a picture of your own, which has no large one, set
# `low_resolution=None` in both pipelines, name it by `root` and `files`, and measure by NIQE.
_base_ = './super_resolution_embedded.py'
photograph = dict(
    type='ImageFolder', root='data/test/kodak24', files=['kodim01'], recursive=False, cache=True
)

train_dataloader = dict(
    total_batch_size=1,
    num_workers=1,
    sampler=dict(repeat=1000),
    dataset=dict(
        _delete_=True,
        name='picture',
        pipeline=dict(
            image=dict(type='LoadImage'),
            low_resolution=dict(type='BicubicDownsample', scale={{_base_.scale}}, keep_clean=False),
            patch=dict(type='RandomCrop', size=96),
            symmetry=dict(type='RandomDihedral'),
            tensor=dict(type='PackInputs'),
        ),
        **photograph,
    ),
)
val_dataloader = dict(num_workers=1, dataset=dict(datasets=dict(_delete_=True, picture=photograph)))
test_dataloader = val_dataloader
