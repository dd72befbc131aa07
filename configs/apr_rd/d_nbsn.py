"""Distillation D of AT-BSN with the teacher of APR: six blind spots, no recharging (Table 3)."""

_base_ = [
    '../_base_/models/nbsn.py',
    '../_base_/datasets/self_supervised_sidd.py',
    '../_base_/schedules/adam_200k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
model = dict(
    # Six times the mean over six targets: the sum of six means.
    losses=dict(pixel=dict(loss_weight=6.0)),
    data_preprocessor=dict(
        batch_transforms=dict(
            teacher=dict(
                type='TeacherTarget',
                backbone=dict(type='ATBSN'),
                checkpoint='work_dirs/apr_rd/apr_atbsn/iter_400000.pth',
                shifts=(0, 1, 2, 3, 4, 5),
                padding=16,
            )
        )
    ),
)
train_dataloader = dict(dataset=dict(pipeline=dict(patch=dict(size=128))))
