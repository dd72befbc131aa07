"""Masked training, trained on sigma 15, tested on Monte Carlo renderings (Table 3b)."""

_base_ = ['./swinir.py', '../_base_/datasets/monte_carlo.py']
