"""AMSNet-B-E of a small network on photographs taken again with a noisy camera, none clean."""

_base_ = [
    '../_base_/models/nafnet_baseline_small.py',
    '../_base_/datasets/self_supervised_embedded.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/amsnet.py',
    '../_base_/strategies/refinement.py',
]
train_dataloader = dict(dataset=dict(pipeline=dict(patch=dict(size=160))))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=600, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=600, val_interval=150)
default_hooks = dict(logger=dict(interval=25), checkpoint=dict(interval=150))
