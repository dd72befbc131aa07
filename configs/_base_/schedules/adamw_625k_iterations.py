# AMSNet as released: AdamW without weight decay at 1e-4, which its schedule hardly changes; 100
# epochs of 25,000 patches in batches of 4.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=1e-4, betas=(0.9, 0.999), weight_decay=0.0, fused=True),
)
param_scheduler = []
train_cfg = dict(type='IterTrainLoop', max_iters=625_000, val_interval=12_500)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(base_batch_size=4)
