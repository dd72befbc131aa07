# Experiments in two stages of demoireing, stage one: half of the photographs of BSDS400 on a
# screen. The tests photograph Kodak24 and McMaster in the same way and in a "real" one that
# training does not know: nearer to the screen, less blur, much more noise, JPEG of lower quality.
_base_ = './demoireing_screenshots.py'
screen = dict(
    type='ScreenPhotograph',
    size=96,
    magnification=(1.2, 1.4),
    blur=(0.5, 0.7),
    shot_noise=(1e-5, 1e-4),
    quality=(90, 98),
)
real_screen = dict(
    type='ScreenPhotograph',
    magnification=(1.5, 1.7),
    blur=(0.45, 0.55),
    shot_noise=(1e-3, 3e-3),
    quality=(80, 92),
)
synthetic = dict(
    pipeline=dict(
        image=dict(type='LoadImage'),
        middle=dict(type='CenterCrop', size=288),
        screen=dict(type='AddNoise', noise=dict(screen, size=256), by_name=True),
        tensor=dict(type='PackInputs'),
    )
)
real = dict(
    pipeline=dict(
        image=dict(type='LoadImage'),
        middle=dict(type='CenterCrop', size=288),
        screen=dict(type='AddNoise', noise=dict(real_screen, size=256), by_name=True),
        tensor=dict(type='PackInputs'),
    )
)

model = dict(data_preprocessor=dict(batch_transforms=dict(screen=screen)))
train_dataloader = dict(
    total_batch_size=8,
    num_workers=1,
    sampler=dict(repeat=10),
    dataset=dict(
        name='bsds400',
        root='data/BSDS500/train_test',
        list_file='{{ fileDirname }}/lists/bsds400_synthetic.txt',
        cache=True,
        pipeline=dict(patch=dict(size=112)),
    ),
)
test_dataloader = dict(
    num_workers=1,
    dataset=dict(
        datasets=dict(
            _delete_=True,
            kodak24=dict(type='ImageFolder', root='data/test/kodak24', **synthetic),
            mcmaster=dict(type='ImageFolder', root='data/test/mcmaster', **synthetic),
            kodak24_real=dict(type='ImageFolder', root='data/test/kodak24', **real),
            mcmaster_real=dict(type='ImageFolder', root='data/test/mcmaster', **real),
        )
    ),
)
val_dataloader = dict(
    num_workers=1,
    dataset=dict(
        datasets=dict(
            _delete_=True,
            kodak24=dict(
                type='ImageFolder',
                root='data/test/kodak24',
                files=['kodim05', 'kodim23'],
                **synthetic,
            ),
            kodak24_real=dict(
                type='ImageFolder', root='data/test/kodak24', files=['kodim05', 'kodim23'], **real
            ),
        )
    ),
)
test_evaluator = dict(
    metrics=[
        dict(type='PSNR'),
        dict(type='SSIM'),
        dict(type='LPIPS', weights='random'),
        dict(type='PSNR', of='input', name='PSNR_of_input'),
    ]
)
