"""AMSNet-P: fine-tuning of `amsnet_nafnet_b.py`."""

_base_ = [
    './amsnet_nafnet_b.py',
    '../_base_/strategies/amsnet_finetuning.py',
]
optim_wrapper = dict(optimizer=dict(lr=1e-4))
param_scheduler = []
train_cfg = dict(max_iters=300, val_interval=100)
default_hooks = dict(checkpoint=dict(interval=100))
load_from = 'work_dirs/small/amsnet_nafnet_b/iter_3000.pth'
