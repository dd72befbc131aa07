# The second stage of demoireing: real photographs of screens, data/screen_photographs/train, in
# patches of 256 x 256 and batches of 32, each with a patch of a screenshot that has nothing to do
# with it (two-stage training, sections 3 and 5). Their targets a teacher makes. Tested on the
# screenshots of the first stage, photographed by the synthesiser, where the truth is known.
# Screenshots are enlarged as photographs show them, or size and sharpness alone would tell the
# discriminator which is which; nothing is turned or mirrored, for stripes of sub-pixels are not.
_base_ = './demoireing_screenshots.py'
magnification = 1.8  # sensor pixels for each display pixel of your photographs

model = dict(
    data_preprocessor=dict(batch_transforms=dict(screen=None))
)  # inputs are degraded already
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='UnpairedDataset',
        degraded=dict(
            type='ImageFolder',
            name='screen_photographs',
            root='data/screen_photographs/train',
            cache='auto',
            pipeline=dict(
                image=dict(type='LoadImage'),
                patch=dict(type='RandomCrop', size=256),
                tensor=dict(type='PackInputs'),
            ),
        ),
        clean=dict(
            type='ImageFolder',
            name='screenshots',
            root='data/screenshots/train',
            cache='auto',
            pipeline=dict(
                image=dict(type='LoadImage'),
                magnification=dict(type='Resize', scale=magnification),
                patch=dict(type='RandomCrop', size=256),
                tensor=dict(type='PackInputs'),
            ),
        ),
    ),
)
