"""RIDNet, trained on sigma 15 without masks."""

_base_ = [
    '../_base_/models/ridnet.py',
    '../_base_/datasets/denoising_dfwb_sigma15.py',
    '../_base_/schedules/adam_200k_iterations.py',
    '../_base_/iteration_runtime.py',
]
