"""Distillation without recharging, the control of `rd.py`."""

_base_ = './rd.py'

model = dict(data_preprocessor=dict(batch_transforms=dict(recharge=None)))
