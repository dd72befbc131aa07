"""AP-BSN of a small network on the noisy half of PolyU, for a CPU."""

_base_ = [
    '../_base_/models/apbsn.py',
    '../_base_/datasets/self_supervised_polyu_small.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
model = dict(backbone=dict(channels=48, num_modules=4))
train_dataloader = dict(dataset=dict(pipeline=dict(patch=dict(size=160))))
optim_wrapper = dict(type='AmpOptimWrapper')
param_scheduler = [dict(type='CosineAnnealingLR', T_max=2000, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=2000, val_interval=500)
default_hooks = dict(logger=dict(interval=100), checkpoint=dict(interval=500, max_keep_ckpts=6))
auto_scale_lr = dict(base_batch_size=2)
