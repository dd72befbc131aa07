"""AMSNet-B of a small undilated DBSNl on the noisy half of PolyU."""

_base_ = './small_nafnet_b.py'

model = dict(backbone=dict(_delete_=True, type='DBSNl', channels=32, num_modules=4, dilated=False))
