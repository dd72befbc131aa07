# Masked training, section 4: Adam (0.9, 0.99), 1e-4 halved after 100k and 150k of 200k iterations.
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4, betas=(0.9, 0.99), fused=True)
)
param_scheduler = [
    dict(type='MultiStepLR', milestones=[100_000, 150_000], gamma=0.5, by_epoch=False)
]
train_cfg = dict(type='IterTrainLoop', max_iters=200_000, val_interval=5000)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(base_batch_size=64)
