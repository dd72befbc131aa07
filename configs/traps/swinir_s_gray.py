"""SwinIR-S, gray, with TRAPS in the first 16 of 300 epochs."""

_base_ = ['../supervised/swinir_s_gray.py', '../_base_/strategies/traps.py']

default_hooks = dict(shuffle_schedule=dict(stop=16))
