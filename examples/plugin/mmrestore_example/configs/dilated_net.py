"""DilatedNet, color denoising at sigma 25, on photographs that are installed with scikit-image."""

_base_ = 'mmrestore::supervised/quickstart.py'

model = dict(
    backbone=dict(_delete_=True, type='DilatedNet', width=24),
    data_preprocessor=dict(
        batch_transforms=dict(noise=dict(sigma=25), colors=dict(type='RandomChannelOrder'))
    ),
)
train_dataloader = dict(
    sampler=dict(repeat=80),  # an epoch: 240 patches of 3 photographs
    dataset=dict(pipeline=dict(patch=dict(size=48))),
)
val_dataloader = dict(dataset=dict(pipeline=dict(noise=dict(sigma=25))))
test_dataloader = val_dataloader
val_evaluator = dict(metrics=[dict(type='PSNR'), dict(type='MAE')])
test_evaluator = val_evaluator
param_scheduler = [dict(type='CosineAnnealingLR', T_max=10, eta_min=1e-5, by_epoch=True)]
train_cfg = dict(max_epochs=10)
default_hooks = dict(checkpoint=dict(save_best='embedded/MAE'))
