"""Distillation D of AT-BSN with the teacher of APR: six blind spots, no recharging (Table 3)."""

_base_ = './rd_nbsn.py'

model = dict(data_preprocessor=dict(batch_transforms=dict(recharge=None)))
