"""Photographs with camera noise that is drawn once for each image and stays, without clean ones.

Tests are the middle pixels of Kodak24 with noise alike, and of the pairs of PolyU.
"""

_base_ = '../configs/_base_/datasets/self_supervised_sidd.py'
patch_size = 96
test_size = 256
camera = dict(type='CameraNoise', shot_noise=(0.003, 0.005))
load = dict(type='LoadImage')
pack = dict(type='PackInputs')
middle = dict(type='CenterCrop', size=test_size)
noisy = dict(
    image=load,
    middle=middle,
    noise=dict(type='AddNoise', noise=camera, by_name=True),
    tensor=pack,
)

train_dataloader = dict(
    total_batch_size=2,
    num_workers=1,
    dataset=dict(
        name='bsds400',
        root='data/BSDS500/train_test',
        list_file='experiments/lists/bsds388.txt',
        cache=True,
        pipeline=dict(
            _delete_=True,
            image=load,
            noise=dict(type='AddNoise', noise=camera, by_name=True, keep_clean=False),
            patch=dict(type='RandomCrop', size=patch_size),
            symmetry=dict(type='RandomDihedral'),
            tensor=pack,
        ),
    ),
)
val_dataloader = dict(
    dataset=dict(
        datasets=dict(
            _delete_=True,
            set_apart=dict(
                type='ImageFolder',
                root='data/BSDS500/train_test',
                list_file='experiments/lists/set_apart.txt',
                cache=True,
            ),
        ),
        pipeline=dict(_delete_=True, **noisy),
    ),
)
test_dataloader = dict(
    dataset=dict(
        datasets=dict(
            _delete_=True,
            kodak24=dict(type='ImageFolder', root='data/test/kodak24', pipeline=noisy),
            polyu=dict(
                type='ImageFolder',
                root='data/test/polyu',
                gt_root='data/test/polyu',
                pattern='{}_real',
                gt_pattern='{}_mean',
                pipeline=dict(image=load, middle=middle, tensor=pack),
            ),
        ),
        pipeline=None,
    ),
)
