# For small networks on a CPU: Adam, 1e-3 to 0 along a cosine over 6k iterations.
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-3, betas=(0.9, 0.999), fused=True)
)
param_scheduler = [dict(type='CosineAnnealingLR', T_max=6000, eta_min=0.0, by_epoch=False)]
train_cfg = dict(type='IterTrainLoop', max_iters=6000, val_interval=1000)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(base_batch_size=4)
