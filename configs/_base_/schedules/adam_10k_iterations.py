# Two-stage training, section 4.2: Adam, 1e-4 for both networks, 10k iterations of 32 images with an
# update of each (k = 1). Demoireing, section 5.2, has 1e-5.
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4, betas=(0.9, 0.999), fused=True)
)
param_scheduler = []
train_cfg = dict(type='IterTrainLoop', max_iters=10_000, val_interval=1000)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(base_batch_size=32)
