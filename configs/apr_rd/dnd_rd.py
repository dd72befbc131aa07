"""RD on the boxes of DND, with the teacher of `dnd_apr.py`."""

_base_ = [
    '../_base_/models/rd_nbsn.py',
    '../_base_/datasets/self_supervised_dnd.py',
    '../_base_/schedules/adam_200k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
model = dict(
    data_preprocessor=dict(
        batch_transforms=dict(teacher=dict(checkpoint='work_dirs/apr_rd/dnd_apr/iter_400000.pth'))
    )
)
train_dataloader = dict(dataset=dict(pipeline=dict(patch=dict(size=128))))
