# SIDD Medium as it is downloaded, without tiles on disk: its 320 noisy photographs are decoded once
# and kept (some 11 GB), and give 200 patches each that stay the same in a whole training, as in the
# released code of APR-RD. Of the files of a scene only those called NOISY are opened.
_base_ = './self_supervised_sidd.py'

train_dataloader = dict(
    sampler=dict(repeat=200),
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=dict(
            sidd_medium_010=dict(
                type='ImageFolder',
                root='data/SIDD_Medium_Srgb/Data',
                pattern='{}_NOISY_SRGB_010',
                cache=True,
                fixed_patches=200,
            ),
            sidd_medium_011=dict(
                type='ImageFolder',
                root='data/SIDD_Medium_Srgb/Data',
                pattern='{}_NOISY_SRGB_011',
                cache=True,
                fixed_patches=200,
            ),
        ),
        pipeline={{_base_.train_dataloader.dataset.pipeline}},
    ),
)
