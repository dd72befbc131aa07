"""SwinIR-S with TRAPS of sigma 50, tested on the real noise of SIDD and DND (figures 13 and 14)."""

_base_ = ['./swinir_s.py', '../_base_/datasets/real_noise_transfer.py']
