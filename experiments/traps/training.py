"""A small SwinIR against noise of sigma 50 on 50 photographs: 600 of the full 3000 iterations."""

_base_ = [
    '../../configs/_base_/models/swinir_s.py',
    '../../configs/_base_/datasets/denoising_div2k_sigma50.py',
    '../../configs/_base_/schedules/adam_6k_iterations_cosine.py',
    '../../configs/_base_/iteration_runtime.py',
]
iterations = 600
test_size = 192  # pixels in the middle of each test image; the full budget tests whole images
load = dict(type='LoadImage')
noise = dict(type='AddGaussianNoise', sigma={{_base_.sigma}})
pack = dict(type='PackInputs')

model = dict(
    backbone=dict(embed_channels=16, depths=[2, 2], num_heads=[2, 2]),
)
train_dataloader = dict(
    total_batch_size=8,
    num_workers=1,
    dataset=dict(
        name='bsds400',
        root='data/BSDS500/train_test',
        list_file='experiments/lists/bsds50.txt',
        cache=True,
        pipeline=dict(patch=dict(size=32)),
    ),
)
val_dataloader = dict(
    num_workers=1,
    dataset=dict(
        datasets=dict(
            _delete_=True,
            set_apart=dict(
                type='ImageFolder',
                root='data/BSDS500/train_test',
                list_file='experiments/lists/set_apart.txt',
            ),
        ),
        pipeline=dict(
            _delete_=True,
            image=load,
            middle=dict(type='CenterCrop', size=128),
            noise=noise,
            tensor=pack,
        ),
    ),
)
test_dataloader = dict(
    num_workers=1,
    dataset=dict(
        datasets=dict(urban100=None),
        pipeline=dict(
            _delete_=True,
            image=load,
            middle=dict(type='CenterCrop', size=test_size),
            noise=noise,
            tensor=pack,
        ),
    ),
)
optim_wrapper = dict(clip_grad=dict(max_norm=10))
param_scheduler = [
    dict(
        type='MultiStepLR',
        milestones=[iterations // 3, 2 * iterations // 3],
        gamma=0.5,
        by_epoch=False,
    )
]
train_cfg = dict(max_iters=iterations, val_interval=iterations // 6)
default_hooks = dict(checkpoint=dict(interval=iterations // 2))
auto_scale_lr = dict(base_batch_size=8)
