"""A small masked network on the photographs of BSDS400; an hour or two on one core of a CPU."""

_base_ = [
    './masked_baseline.py',
    '../_base_/strategies/masked.py',
]
