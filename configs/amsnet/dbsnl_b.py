"""AMSNet-B of the blind-spot network of AP-BSN (D_A of Table 3)."""

_base_ = './restormer_b.py'

model = dict(backbone=dict(_delete_=True, type='DBSNl', channels=128, num_modules=9))
