"""AMSNet-B of a small undilated DBSNl on the noisy half of PolyU."""

_base_ = './small_nafnet_b.py'

model = dict(backbone=dict(_delete_=True, type='DBSNl', channels=24, num_modules=3, dilated=False))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=800, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=800, val_interval=400)
