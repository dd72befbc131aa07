# The photographs of the installed scikit-image, taken again with a noisy camera: noise that depends
# on the brightness and is correlated by demosaicing, about 22.5 dB. As in a photograph, each image
# has it once, in every epoch the same; training does not see the clean ones. Nothing to download.
_base_ = './self_supervised_sidd.py'
camera = dict(type='CameraNoise', shot_noise=0.006)

train_dataloader = dict(
    total_batch_size=4,
    num_workers=2,
    sampler=dict(repeat=107),  # 3 photographs, 321 patches an epoch
    dataset=dict(
        _delete_=True,
        type='EmbeddedPhotographs',
        cache=True,
        split='train',
        pipeline=dict(
            image=dict(type='LoadImage'),
            noise=dict(type='AddNoise', noise=camera, by_name=True, keep_clean=False),
            patch=dict(type='RandomCrop', size=96),
            symmetry=dict(type='RandomDihedral'),
            tensor=dict(type='PackInputs'),
        ),
    ),
)
val_dataloader = dict(
    dataset=dict(
        datasets=dict(
            _delete_=True,
            embedded=dict(type='EmbeddedPhotographs', split='test', cache=True),
        ),
        pipeline=dict(
            _delete_=True,
            image=dict(type='LoadImage'),
            noise=dict(type='AddNoise', noise=camera, by_name=True),
            tensor=dict(type='PackInputs'),
        ),
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(
    metrics=[
        dict(type='PSNR'),
        dict(type='SSIM'),
        dict(type='PSNR', of='input', name='PSNR_of_input'),
    ]
)
test_evaluator = val_evaluator
