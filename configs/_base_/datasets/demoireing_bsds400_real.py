# Experiments in two stages of demoireing, stage two: a quarter of the photographs of BSDS400,
# photographed once each from a screen in the "real" way, and another quarter as the clean pictures
# that have nothing to do with them, enlarged by the mean magnification of those photographs: what
# is as large must be as soft, or its size alone tells the discriminator restored from clean ones.
_base_ = './demoireing_bsds400.py'

model = dict(
    data_preprocessor=dict(batch_transforms=dict(screen=None))
)  # inputs are degraded already
train_dataloader = dict(
    sampler=dict(repeat=20),
    dataset=dict(
        _delete_=True,
        type='UnpairedDataset',
        degraded=dict(
            type='ImageFolder',
            name='bsds400_real',
            root='data/BSDS500/train_test',
            list_file='{{ fileDirname }}/lists/bsds400_real.txt',
            cache=True,
            pipeline=dict(
                image=dict(type='LoadImage'),
                screen=dict(
                    type='AddNoise', noise={{_base_.real_screen}}, by_name=True, keep_clean=False
                ),
                patch=dict(type='RandomCrop', size=96),
                tensor=dict(type='PackInputs'),
            ),
        ),
        clean=dict(
            type='ImageFolder',
            root='data/BSDS500/train_test',
            list_file='{{ fileDirname }}/lists/bsds400_clean.txt',
            cache=True,
            pipeline=dict(
                image=dict(type='LoadImage'),
                magnification=dict(type='Resize', scale=1.6),
                patch=dict(type='RandomCrop', size=96),
                tensor=dict(type='PackInputs'),
            ),
        ),
    ),
)
