"""AMSNet-B of a small DnCNN on the noisy half of PolyU."""

_base_ = './small_nafnet_b.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='DnCNN',
        in_channels=3,
        channels=32,
        num_layers=10,
        batch_norm=False,  # statistics of two photographs are not those of others
    )
)
param_scheduler = [dict(type='CosineAnnealingLR', T_max=2500, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=2500)
