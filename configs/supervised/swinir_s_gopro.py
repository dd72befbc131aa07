"""SwinIR-S, motion deblurring on GoPro, trained plainly: the control of TRAPS."""

_base_ = [
    '../_base_/models/swinir_s.py',
    '../_base_/datasets/deblurring_gopro.py',
    '../_base_/schedules/adam_300_epochs.py',
    '../_base_/default_runtime.py',
]
