"""AP-BSN: a blind-spot network on mosaics of every fifth pixel; at test of every second."""

_base_ = [
    '../_base_/models/dbsnl.py',
    '../_base_/datasets/self_supervised_sidd.py',
    '../_base_/schedules/adam_61k_iterations.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/apbsn.py',
]
model = dict(backbone=dict(image_range=255.0))
train_dataloader = dict(dataset=dict(pipeline=dict(patch=dict(size=120))))
