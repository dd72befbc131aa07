# Demoireing of photographs of screens: screenshots of your own, data/screenshots, are photographed
# by the synthesiser on the device, in patches of 256 x 256 and batches of 32 (two-stage training,
# section 5). Its numbers are not published, the defaults of ScreenPhotograph are ours. A crop is
# larger than its photograph, for a tilted camera sees more. The tests photograph the middle of
# other screenshots, each the same way every time.
screen = dict(type='ScreenPhotograph', size=256)

model = dict(data_preprocessor=dict(batch_transforms=dict(screen=screen)))
train_dataloader = dict(
    total_batch_size=32,
    num_workers=4,
    drop_last=True,
    sampler=dict(type='ResumableSampler', shuffle=True),
    dataset=dict(
        type='ImageFolder',
        name='screenshots',
        root='data/screenshots/train',
        cache='auto',
        pipeline=dict(
            image=dict(type='LoadImage'),
            patch=dict(type='RandomCrop', size=288),
            tensor=dict(type='PackInputs'),
        ),
    ),
)
pipeline_of_tests = dict(
    image=dict(type='LoadImage'),
    middle=dict(type='CenterCrop', size=288),
    screen=dict(type='AddNoise', noise=dict(type='ScreenPhotograph', size=256), by_name=True),
    tensor=dict(type='PackInputs'),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='ConcatDataset',
        datasets=dict(screenshots=dict(type='ImageFolder', root='data/screenshots/val')),
        pipeline=pipeline_of_tests,
    ),
)
test_dataloader = dict(
    batch_size=1,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='ConcatDataset',
        datasets=dict(screenshots=dict(type='ImageFolder', root='data/screenshots/test')),
        pipeline=pipeline_of_tests,
    ),
)
val_evaluator = dict(
    type='Evaluator',
    metrics=[
        dict(type='PSNR'),
        dict(type='SSIM'),
        dict(type='PSNR', of='input', name='PSNR_of_input'),
    ],
)
test_evaluator = val_evaluator
