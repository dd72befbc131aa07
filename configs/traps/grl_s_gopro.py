"""GRL-S, motion deblurring on GoPro, with TRAPS in the first 20 of 300 epochs."""

_base_ = ['../supervised/grl_s_gopro.py', '../_base_/strategies/traps.py']

default_hooks = dict(shuffle_schedule=dict(stop=20))
