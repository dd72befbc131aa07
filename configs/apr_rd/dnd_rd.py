"""RD on the boxes of DND, with the teacher of `dnd_apr.py`."""

_base_ = [
    '../_base_/models/nbsn.py',
    '../_base_/datasets/self_supervised_dnd.py',
    '../_base_/schedules/adam_200k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/rd.py',
]
model = dict(
    data_preprocessor=dict(
        batch_transforms=dict(
            teacher=dict(
                backbone=dict(type='ATBSN', channels=48),
                checkpoint='work_dirs/apr_rd/dnd_apr/iter_400000.pth',
            )
        )
    )
)
train_dataloader = dict(dataset=dict(pipeline=dict(patch=dict(size=128))))
