"""RD, the second stage: six blind spots of the teacher, each given back a sixth of the pixels."""

_base_ = [
    '../_base_/models/rd_nbsn.py',
    '../_base_/datasets/self_supervised_sidd.py',
    '../_base_/schedules/adam_200k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
train_dataloader = dict(dataset=dict(pipeline=dict(patch=dict(size=128))))
