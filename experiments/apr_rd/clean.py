"""The student with clean targets, the ceiling."""

_base_ = ['../../configs/_base_/models/nbsn.py', './schedule.py']

model = dict(backbone=dict(channels=24))
train_dataloader = dict(dataset=dict(pipeline=dict(noise=dict(keep_clean=True))))
