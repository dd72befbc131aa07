"""AMSNet-B of the U-Net."""

_base_ = './restormer_b.py'

model = dict(backbone=dict(_delete_=True, type='UNet', channels=128))
