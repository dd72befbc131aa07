# Students of APR-RD: Adam, 3e-4 to 0 along a cosine over 200k iterations.
_base_ = './adam_400k_iterations_cosine.py'

param_scheduler = [dict(type='CosineAnnealingLR', T_max=200_000, eta_min=0.0, by_epoch=False)]
train_cfg = dict(max_iters=200_000)
