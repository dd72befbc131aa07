"""Masked training of a small network on the photographs of scikit-image: minutes on a CPU."""

_base_ = [
    './quickstart_baseline.py',
    '../_base_/strategies/masked.py',
]
