"""A small SwinIR with TRAPS on photographs that are installed with scikit-image: minutes on a CPU."""

_base_ = [
    '../_base_/models/swinir_s.py',
    '../_base_/datasets/denoising_embedded_sigma50.py',
    '../_base_/schedules/adam_300_epochs.py',
    '../_base_/default_runtime.py',
]
model = dict(
    backbone=dict(embed_channels=32, depths=[2, 2], num_heads=[4, 4], drop_path_rate=0.0),
    data_preprocessor=dict(
        batch_transforms=dict(
            noise=dict(type='GaussianNoise', sigma=50),
            shuffle=dict(type='IntraPatchPixelShuffle'),
        )
    ),
)
optim_wrapper = dict(optimizer=dict(lr=2e-3))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=600, eta_min=1e-5, by_epoch=False)]
train_cfg = dict(max_epochs=15, val_interval=5)
default_hooks = dict(
    logger=dict(interval=20),
    checkpoint=dict(save_best='embedded/PSNR'),
    shuffle_schedule=dict(type='BatchTransformScheduleHook', transform='shuffle', stop=1),
)
