"""Neighbor2Neighbor in sRGB: pairs of pixels of 2 x 2 cells, squares, a consistency that grows."""

_base_ = [
    '../_base_/models/unet_48.py',
    '../_base_/datasets/self_supervised_sidd.py',
    '../_base_/schedules/adam_300_epochs.py',
    '../_base_/default_runtime.py',
    '../_base_/strategies/neighbor2neighbor.py',
]
train_dataloader = dict(total_batch_size=4, dataset=dict(pipeline=dict(symmetry=None)))
optim_wrapper = dict(optimizer=dict(lr=3e-4), clip_grad=None)
param_scheduler = [dict(type='MultiStepLR', milestones=[19, 39, 59, 79], gamma=0.5, by_epoch=True)]
train_cfg = dict(max_epochs=100)
auto_scale_lr = dict(base_batch_size=4)
