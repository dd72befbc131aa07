"""Masked training, trained on sigma 15, tested on the noise of a camera (Table 3c)."""

_base_ = ['./swinir.py', '../_base_/datasets/camera_noise.py']
