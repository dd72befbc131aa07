"""RD of a small student from four blind spots of the teacher of `quickstart_apr.py`."""

_base_ = [
    '../_base_/models/nbsn.py',
    '../_base_/datasets/self_supervised_embedded.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/rd.py',
]
model = dict(
    backbone=dict(channels=16),
    losses=dict(pixel=dict(loss_weight=4.0)),
    data_preprocessor=dict(
        batch_transforms=dict(
            teacher=dict(
                backbone=dict(type='ATBSN', channels=16),
                checkpoint='work_dirs/apr_rd/quickstart/apr/iter_400.pth',
                shifts=(0, 1, 2, 3),
            )
        )
    ),
)
param_scheduler = [dict(type='CosineAnnealingLR', T_max=400, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=400, val_interval=100)
default_hooks = dict(logger=dict(interval=25), checkpoint=dict(interval=100))
