"""AMSNet-B of a small undilated DBSNl on the noisy half of PolyU."""

_base_ = './small_nafnet_b.py'

model = dict(backbone=dict(_delete_=True, type='DBSNl', channels=48, num_modules=4, dilated=False))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=2000, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=2000, val_interval=500)
