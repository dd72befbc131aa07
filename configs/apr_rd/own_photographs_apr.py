"""APR of a small network on noisy photographs of your own."""

_base_ = [
    '../_base_/models/atbsn.py',
    '../_base_/datasets/self_supervised_folder.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/apr.py',
]
model = dict(backbone=dict(channels=24))
train_dataloader = dict(total_batch_size=4, dataset=dict(pipeline=dict(patch=dict(size=128))))
default_hooks = dict(
    logger=dict(interval=100),
    checkpoint=dict(interval=1000, save_best='folder/RecorruptedGain'),
)
