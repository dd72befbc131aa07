"""MIRNet-v2 with TRAPS: pixels are shuffled in the first 16 of 300 epochs."""

_base_ = ['../supervised/mirnet_v2.py', '../_base_/strategies/traps.py']

default_hooks = dict(shuffle_schedule=dict(stop=16))
