"""APR, the first stage: AT-BSN learns from pairs of adjacent pixels; tested with a 1 x 1 spot."""

_base_ = [
    '../_base_/models/atbsn.py',
    '../_base_/datasets/self_supervised_sidd.py',
    '../_base_/schedules/adam_400k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/apr.py',
]
