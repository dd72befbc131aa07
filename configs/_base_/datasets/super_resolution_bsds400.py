# Experiments in two stages of super-resolution x4, stage one: half of the photographs of BSDS400,
# made small bicubically. Tests are on small images as training makes them and on "real" ones of a
# softer lens, a Gaussian of 0.7 small pixels, with noise of sigma 2: training knows neither.
_base_ = './super_resolution_div2k.py'
blur = dict(type='AddNoise', noise=dict(type='GaussianBlur', std=0.7))
noise = dict(type='AddNoise', noise=dict(type='GaussianNoise', sigma=2), by_name=True)
synthetic = dict(
    pipeline=dict(
        image=dict(type='LoadImage'),
        middle=dict(type='CenterCrop', size=256),
        low_resolution=dict(type='BicubicDownsample', scale={{_base_.scale}}),
        tensor=dict(type='PackInputs'),
    )
)
real = dict(
    pipeline=dict(
        image=dict(type='LoadImage'),
        middle=dict(type='CenterCrop', size=256),
        low_resolution=dict(type='BicubicDownsample', scale={{_base_.scale}}),
        blur=blur,
        noise=noise,
        tensor=dict(type='PackInputs'),
    )
)

train_dataloader = dict(
    total_batch_size=8,
    num_workers=1,
    sampler=dict(repeat=10),
    dataset=dict(
        name='bsds400',
        root='data/BSDS500/train_test',
        list_file='{{ fileDirname }}/lists/bsds400_synthetic.txt',
        cache=True,
        pipeline=dict(patch=dict(size=96)),
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
        dict(type='PSNR', channel='y', crop_border={{_base_.scale}}),
        dict(type='SSIM', channel='y', crop_border={{_base_.scale}}),
        dict(type='LPIPS', weights='random'),
    ]
)
