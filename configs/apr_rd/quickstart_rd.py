"""RD of a small student from six blind spots of the teacher of `quickstart_apr.py`."""

_base_ = [
    '../_base_/models/rd_nbsn.py',
    '../_base_/datasets/self_supervised_embedded.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
model = dict(
    backbone=dict(channels=16),
    data_preprocessor=dict(
        batch_transforms=dict(
            teacher=dict(
                backbone=dict(channels=16),
                checkpoint='work_dirs/apr_rd/quickstart/apr/iter_800.pth',
            )
        )
    ),
)
param_scheduler = [dict(type='CosineAnnealingLR', T_max=800, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=800, val_interval=200)
default_hooks = dict(logger=dict(interval=25), checkpoint=dict(interval=200))
