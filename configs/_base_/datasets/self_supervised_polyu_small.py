# The noisy half of PolyU in patches of 96 x 96 and batches of 2, for small networks on a CPU.
# Validation and test look at the middle of each photograph: 128 x 128, to compare many checkpoints,
# and 256 x 256.
_base_ = './self_supervised_polyu.py'
middle = dict(type='CenterCrop', size=128)
load = dict(type='LoadImage')
pack = dict(type='PackInputs')

train_dataloader = dict(
    total_batch_size=2, num_workers=1, dataset=dict(pipeline=dict(patch=dict(size=96)))
)
val_dataloader = dict(
    dataset=dict(
        datasets=dict(
            polyu_noisy=dict(
                pipeline=dict(
                    _delete_=True,
                    image=load,
                    middle=middle,
                    noise=dict(type='Recorrupt'),
                    tensor=pack,
                )
            )
        ),
        pipeline=dict(_delete_=True, image=load, middle=middle, tensor=pack),
    )
)
test_dataloader = dict(
    dataset=dict(
        pipeline=dict(
            _delete_=True, image=load, middle=dict(type='CenterCrop', size=256), tensor=pack
        )
    )
)
test_evaluator = dict(
    metrics=[
        dict(type='PSNR'),
        dict(type='SSIM'),
        dict(type='PSNR', of='input', name='PSNR_of_input'),
        dict(type='SSIM', of='input', name='SSIM_of_input'),
    ]
)
