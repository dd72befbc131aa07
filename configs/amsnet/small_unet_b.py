"""AMSNet-B of a small U-Net on the noisy half of PolyU."""

_base_ = './small_nafnet_b.py'

model = dict(backbone=dict(_delete_=True, type='UNet', channels=24))
