"""SwinIR-S of sigma 50, tested on the real noise of SIDD and DND: the control of TRAPS."""

_base_ = ['./swinir_s.py', '../_base_/datasets/real_noise_transfer.py']
