"""Restormer on the pairs of SIDD Medium, the supervised row of APR-RD's Table 1."""

_base_ = [
    '../_base_/models/restormer.py',
    '../_base_/datasets/supervised_sidd.py',
    '../_base_/schedules/adam_400k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
