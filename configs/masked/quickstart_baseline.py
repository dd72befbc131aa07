"""The quick start without masks, on the photographs of scikit-image: minutes on a CPU."""

_base_ = [
    '../_base_/models/masked_swinir.py',
    '../_base_/datasets/denoising_embedded_sigma50.py',
    '../_base_/schedules/adam_200k_iterations.py',
    '../_base_/iteration_runtime.py',
]

model = dict(
    backbone=dict(
        embed_channels=32, depths=[2, 2], num_heads=[4, 4], num_convs=1, drop_path_rate=0.0
    ),
    data_preprocessor=dict(batch_transforms=dict(noise=dict(sigma=15, clip=True))),
)
train_dataloader = dict(total_batch_size=4, dataset=dict(pipeline=dict(patch=dict(size=48))))
val_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='NoiseGrid',
        datasets=dict(embedded=dict(type='EmbeddedPhotographs', split='test', cache=True)),
        noises=dict(
            gaussian=dict(type='GaussianNoise', levels=dict(sigma=[15])),
            speckle=dict(type='SpeckleNoise', levels=dict(variance=[0.04])),
            poisson=dict(type='PoissonNoise', levels=dict(amplification=[3.5])),
            correlated=dict(type='CorrelatedGaussianNoise', levels=dict(sigma=[60])),
        ),
        pipeline=dict(
            image=dict(type='LoadImage'),
            noise=dict(type='AddNoise', seed=None),
            tensor=dict(type='PackInputs'),
        ),
    )
)
test_dataloader = val_dataloader
optim_wrapper = dict(optimizer=dict(lr=2e-3))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=1500, eta_min=1e-5, by_epoch=False)]
train_cfg = dict(max_iters=1500, val_interval=250)
val_evaluator = dict(metrics=[dict(type='PSNR')])
test_evaluator = val_evaluator
default_hooks = dict(logger=dict(interval=50), checkpoint=dict(interval=250))
