"""AMSNet-B of a small NAFNet baseline on the noisy half of PolyU."""

_base_ = [
    '../_base_/models/nafnet_baseline_small.py',
    '../_base_/datasets/self_supervised_polyu_small.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/amsnet.py',
]
train_dataloader = dict(dataset=dict(pipeline=dict(patch=dict(size=160))))
optim_wrapper = dict(type='AmpOptimWrapper')
param_scheduler = [dict(type='CosineAnnealingLR', T_max=3000, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=3000)
default_hooks = dict(logger=dict(interval=100), checkpoint=dict(interval=1000, max_keep_ckpts=6))
auto_scale_lr = dict(base_batch_size=2)
