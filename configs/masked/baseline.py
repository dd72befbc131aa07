"""The network of masked training without masks: the baseline of the paper's tables."""

_base_ = [
    '../_base_/models/masked_swinir.py',
    '../_base_/datasets/denoising_dfwb_sigma15.py',
    '../_base_/schedules/adam_200k_iterations.py',
    '../_base_/iteration_runtime.py',
]
