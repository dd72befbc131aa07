# TRAPS, appendix A.1: Adam, 1e-4 halved every 100 epochs, gradient norm clipped at 10.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='Adam', lr=1e-4, betas=(0.9, 0.999), fused=True),
    clip_grad=dict(max_norm=10),
)
param_scheduler = [dict(type='StepLR', step_size=100, gamma=0.5, by_epoch=True)]
train_cfg = dict(type='EpochTrainLoop', max_epochs=300, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(base_batch_size=16)
