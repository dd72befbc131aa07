"""GRL-S, colour denoising at sigma 50, trained plainly: the control of TRAPS."""

_base_ = [
    '../_base_/models/grl_s.py',
    '../_base_/datasets/denoising_div2k_sigma50.py',
    '../_base_/schedules/adam_300_epochs.py',
    '../_base_/default_runtime.py',
]
