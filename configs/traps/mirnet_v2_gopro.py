"""MIRNet-v2, motion deblurring on GoPro, with TRAPS in the first 16 of 300 epochs."""

_base_ = ['../supervised/mirnet_v2_gopro.py', '../_base_/strategies/traps.py']

default_hooks = dict(shuffle_schedule=dict(stop=16))
