"""The quick start: a small NAFNet with TRAPS in the first of 20 epochs."""

_base_ = ['../supervised/quickstart.py', '../_base_/strategies/traps.py']

default_hooks = dict(shuffle_schedule=dict(stop=1))
