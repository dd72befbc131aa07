"""AMSNet-B of DeamNet: another backbone is one line."""

_base_ = './restormer_b.py'

model = dict(backbone=dict(_delete_=True, type='DeamNet', channels=64))
