"""SwinIR-B, gray, with TRAPS in the first 8 of 300 epochs."""

_base_ = ['../supervised/swinir_b_gray.py', '../_base_/strategies/traps.py']

default_hooks = dict(shuffle_schedule=dict(stop=8))
