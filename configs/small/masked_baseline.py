"""A small network on the photographs of BSDS400 without masks: the control of `masked.py`."""

_base_ = [
    '../_base_/models/masked_swinir.py',
    '../_base_/datasets/denoising_bsds400_sigma15.py',
    '../_base_/schedules/adam_200k_iterations.py',
    '../_base_/iteration_runtime.py',
]
model = dict(
    backbone=dict(
        embed_channels=32,
        depths=[3, 3],
        num_heads=[4, 4],
        num_convs=1,
        drop_path_rate=0.0,
    ),
)
train_dataloader = dict(total_batch_size=4, dataset=dict(pipeline=dict(patch=dict(size=48))))
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=12_000, eta_min=1e-5, by_epoch=False)]
train_cfg = dict(max_iters=12_000, val_interval=6000)
