# For small networks on a CPU: Adam, 1e-3 to 0 along a cosine over 6k iterations.
_base_ = './adam_400k_iterations_cosine.py'

optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=6000, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=6000, val_interval=1000)
auto_scale_lr = dict(base_batch_size=4)
