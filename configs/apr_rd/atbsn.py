"""AT-BSN on SIDD Medium: a 9 x 9 blind spot in training, 3 x 3 at test; the target is the input."""

_base_ = [
    '../_base_/models/atbsn.py',
    '../_base_/datasets/self_supervised_sidd.py',
    '../_base_/schedules/adam_400k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
model = dict(inference=dict(blind_spot=dict(type='BlindSpot', shift=2)))
