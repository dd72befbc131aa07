"""Distillation without recharging, the control of `small_rd.py`."""

_base_ = './small_rd.py'

model = dict(data_preprocessor=dict(batch_transforms=dict(recharge=None)))
