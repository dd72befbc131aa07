"""The denoiser of photographs that is part of the package: a residual U-Net on mixed noise."""

_base_ = [
    '../_base_/models/residual_unet.py',
    '../_base_/datasets/noisy_photographs.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
optim_wrapper = dict(type='AmpOptimWrapper', dtype='bfloat16', optimizer=dict(lr=5e-4))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=5000, eta_min=1e-6, by_epoch=False)]
train_cfg = dict(max_iters=5000, val_interval=5000)
default_hooks = dict(checkpoint=dict(interval=500, max_keep_ckpts=10, save_best=None))
custom_hooks = [dict(type='EMAHook', momentum=2e-3)]
