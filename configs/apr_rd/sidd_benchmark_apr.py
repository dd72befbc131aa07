"""APR on the photographs of the SIDD benchmark: trained on what is tested, nothing clean."""

_base_ = [
    '../_base_/models/atbsn.py',
    '../_base_/datasets/self_supervised_sidd_benchmark.py',
    '../_base_/schedules/adam_400k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/apr.py',
]
