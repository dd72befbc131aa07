"""APR of a small network on photographs taken again with a noisy camera, none of them clean."""

_base_ = [
    '../_base_/models/atbsn.py',
    '../_base_/datasets/self_supervised_embedded.py',
    '../_base_/schedules/adam_400k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
model = dict(
    type='PairRestorer',
    backbone=dict(channels=16),
    sampler=dict(type='AdjacentPixelSampler', window=3),
    losses=dict(_delete_=True, reconstruction=dict(type='L1Loss'), consistency=dict(type='L1Loss')),
    inference=[dict(type='BlindSpot', shift=1), dict(type='Pad', margin=16)],
)
train_dataloader = dict(total_batch_size=4)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=600, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=600, val_interval=150)
val_evaluator = dict(
    metrics=[
        dict(type='PSNR'),
        dict(type='SSIM'),
        dict(type='PSNR', of='input', name='PSNR_of_input'),
    ]
)
test_evaluator = val_evaluator
default_hooks = dict(logger=dict(interval=25), checkpoint=dict(interval=150))
