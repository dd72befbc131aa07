"""RD of a small student with the teacher of `apr.py`, 15 minutes of one core of a CPU."""

_base_ = [
    '../_base_/models/nbsn.py',
    '../_base_/datasets/self_supervised_polyu_small.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/rd.py',
]
model = dict(
    backbone=dict(channels=24),
    data_preprocessor=dict(
        batch_transforms=dict(
            teacher=dict(
                backbone=dict(type='ATBSN', channels=24),
                checkpoint='work_dirs/small/apr/iter_6000.pth',
                dtype='bfloat16',
            )
        )
    ),
)
optim_wrapper = dict(type='AmpOptimWrapper')
param_scheduler = [dict(type='CosineAnnealingLR', T_max=3000, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=3000)
default_hooks = dict(logger=dict(interval=100), checkpoint=dict(interval=1000, max_keep_ckpts=6))
auto_scale_lr = dict(base_batch_size=2)
