"""RD of a small network on noisy photographs of your own."""

_base_ = [
    '../_base_/models/nbsn.py',
    '../_base_/datasets/self_supervised_folder.py',
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
                checkpoint='work_dirs/apr_rd/own_photographs/apr/iter_6000.pth',
            )
        )
    ),
)
train_dataloader = dict(total_batch_size=4, dataset=dict(pipeline=dict(patch=dict(size=128))))
default_hooks = dict(
    logger=dict(interval=100),
    checkpoint=dict(interval=1000, save_best='folder/RecorruptedGain'),
)
