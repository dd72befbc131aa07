# The noisy half of PolyU in patches of 96 x 96 and batches of 2, for small networks on a CPU.
# Validation, on the middle of each photograph, is cheap enough to compare many checkpoints; test is
# on whole photographs.
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
