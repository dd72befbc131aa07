# Two-stage training, stage one: Adam, 1e-4, 100k iterations, ten times those of stage two.
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4, betas=(0.9, 0.999), fused=True)
)
param_scheduler = []
train_cfg = dict(type='IterTrainLoop', max_iters=100_000, val_interval=5000)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(base_batch_size=32)
