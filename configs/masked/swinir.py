"""Masked training as the paper recommends: 75 to 85 % of the input, 75 % in attention."""

_base_ = [
    './baseline.py',
    '../_base_/strategies/masked.py',
]
