"""Noise2Void: single pixels are replaced by neighbours and predicted from what is around them."""

_base_ = [
    '../_base_/models/nbsn.py',
    '../_base_/datasets/self_supervised_sidd.py',
    '../_base_/schedules/adam_200k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/noise2void.py',
]
train_dataloader = dict(dataset=dict(pipeline=dict(patch=dict(size=128))))
