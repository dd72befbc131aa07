"""AMSNet-B of a small undilated DBSNl on PolyU, beside `small/apbsn_undilated.py`."""

_base_ = './amsnet_nafnet_b.py'

model = dict(backbone=dict(_delete_=True, type='DBSNl', channels=32, num_modules=4, dilated=False))
train_dataloader = dict(total_batch_size=1, dataset=dict(pipeline=dict(patch=dict(size=120))))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=6000, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=6000, val_interval=2000)
default_hooks = dict(checkpoint=dict(interval=2000))
auto_scale_lr = dict(base_batch_size=1)
