"""SwinIR-S with TRAPS, motion deblurring on 1000 random pairs of GoPro (figure 7d)."""

_base_ = ['../supervised/swinir_s_gopro_1000.py', '../_base_/strategies/traps.py']

default_hooks = dict(shuffle_schedule=dict(stop=16))
