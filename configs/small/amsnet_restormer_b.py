"""AMSNet-B of a small Restormer on the noisy half of PolyU."""

_base_ = './amsnet_nafnet_b.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='Restormer',
        embed_channels=16,
        depths=[1, 1, 1, 1],
        num_refinement_blocks=1,
    )
)
train_dataloader = dict(total_batch_size=1)
param_scheduler = [dict(type='CosineAnnealingLR', T_max=2500, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=2500)
auto_scale_lr = dict(base_batch_size=1)
