"""The quick start: a small SwinIR with TRAPS in the first of 6 epochs."""

_base_ = ['../supervised/quickstart.py', '../_base_/strategies/traps.py']

default_hooks = dict(shuffle_schedule=dict(stop=1))
