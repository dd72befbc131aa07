"""A small SwinIR on the photographs of scikit-image, trained plainly: minutes on a CPU."""

_base_ = [
    '../_base_/models/swinir_s.py',
    '../_base_/datasets/denoising_embedded_sigma50.py',
    '../_base_/schedules/adam_300_epochs.py',
    '../_base_/default_runtime.py',
]
model = dict(
    backbone=dict(embed_channels=32, depths=[2, 2], num_heads=[4, 4], drop_path_rate=0.0),
)
train_dataloader = dict(total_batch_size=8)
optim_wrapper = dict(optimizer=dict(lr=2e-3))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=6, eta_min=1e-5, by_epoch=True)]
train_cfg = dict(max_epochs=6, val_interval=2)
val_evaluator = dict(
    metrics=[
        dict(type='PSNR'),
        dict(type='SSIM'),
        dict(type='PSNR', of='input', name='PSNR_of_input'),
    ]
)
test_evaluator = val_evaluator
default_hooks = dict(logger=dict(interval=20), checkpoint=dict(save_best='embedded/PSNR'))
