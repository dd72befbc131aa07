"""SwinIR-S, gray denoising at sigma 50, trained plainly."""

_base_ = [
    '../_base_/models/swinir_s.py',
    '../_base_/datasets/denoising_div2k_gray_sigma50.py',
    '../_base_/schedules/adam_300_epochs.py',
    '../_base_/default_runtime.py',
]
model = dict(
    backbone=dict(in_channels=1),
)
