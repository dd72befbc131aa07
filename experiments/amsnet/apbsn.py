"""AP-BSN of a small DBSNl on the same data."""

_base_ = [
    '../../configs/_base_/models/dbsnl.py',
    '../camera_noise.py',
    '../../configs/_base_/schedules/adam_6k_iterations_cosine.py',
    '../../configs/_base_/iteration_runtime.py',
    '../../configs/_base_/strategies/apbsn.py',
]
iterations = 4000

model = dict(backbone=dict(channels=32, num_modules=4))
train_dataloader = dict(dataset=dict(pipeline=dict(patch=dict(size=160))))
optim_wrapper = dict(type='AmpOptimWrapper')
param_scheduler = [dict(type='CosineAnnealingLR', T_max=iterations, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=iterations, val_interval=iterations // 4)
default_hooks = dict(logger=dict(interval=100), checkpoint=dict(interval=iterations // 4))
