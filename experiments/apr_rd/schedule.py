"""Length of all trainings of this experiment, equal for all arms."""

_base_ = [
    '../../configs/_base_/schedules/adam_6k_iterations_cosine.py',
    '../../configs/_base_/iteration_runtime.py',
    '../camera_noise.py',
]
iterations = 6000

optim_wrapper = dict(type='AmpOptimWrapper')
param_scheduler = [dict(type='CosineAnnealingLR', T_max=iterations, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=iterations, val_interval=iterations // 4)
default_hooks = dict(
    logger=dict(interval=100),
    checkpoint=dict(interval=iterations // 4, max_keep_ckpts=6, save_best='set_apart/PSNR'),
)
auto_scale_lr = dict(base_batch_size=2)
