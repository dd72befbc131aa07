# AP-BSN: Adam, 1e-4, a tenth after every 8 of 20 epochs of 3068 steps.
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4, betas=(0.9, 0.999), fused=True)
)
param_scheduler = [dict(type='MultiStepLR', milestones=[24_544, 49_088], gamma=0.1, by_epoch=False)]
train_cfg = dict(type='IterTrainLoop', max_iters=61_360, val_interval=3068)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(base_batch_size=8)
