"""The denoiser of photographs that is part of the package: a residual U-Net on mixed noise."""

_base_ = [
    '../_base_/models/residual_unet.py',
    '../_base_/datasets/denoising_photographs.py',
    '../_base_/schedules/adam_10k_iterations.py',
    '../_base_/iteration_runtime.py',
]
optim_wrapper = dict(type='AmpOptimWrapper', dtype='bfloat16', optimizer=dict(lr=5e-4))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=10000, eta_min=1e-6, by_epoch=False)]
train_cfg = dict(max_iters=10000, val_interval=10000)
default_hooks = dict(checkpoint=dict(interval=1000, max_keep_ckpts=10, save_best=None))
custom_hooks = [dict(type='EMAHook', momentum=2e-3)]
