"""AP-BSN of a small network that is not blind: it learns the identity within 800 iterations."""

_base_ = './small.py'

model = dict(backbone=dict(dilated=False))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=800, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=800, val_interval=400)
