"""AT-BSN (D): seven blind spots of AT-BSN without padding; the student begins as its teacher."""

_base_ = [
    '../_base_/models/atbsn_student.py',
    '../_base_/datasets/self_supervised_sidd.py',
    '../_base_/schedules/adam_200k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
teacher = 'work_dirs/apr_rd/atbsn/iter_400000.pth'

model = dict(
    losses=dict(pixel=dict(loss_weight=7.0)),
    data_preprocessor=dict(
        batch_transforms=dict(
            teacher=dict(
                type='TeacherTarget',
                backbone=dict(type='ATBSN', channels=48),
                checkpoint=teacher,
                shifts=(0, 1, 2, 3, 4, 5, 6),
                padding=0,
            )
        )
    ),
)
train_dataloader = dict(dataset=dict(pipeline=dict(patch=dict(size=128))))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=100_000, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=100_000)
default_hooks = dict(
    initial_weights=dict(type='InitialWeightsHook', checkpoint=teacher, without=['unet.dec1.'])
)
