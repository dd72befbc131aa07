"""AMSNet-P: fine-tuning of `b.py` for a tenth of its length."""

_base_ = ['./b.py', '../../configs/_base_/strategies/amsnet_finetuning.py']
further = {{_base_.iterations}} // 10

optim_wrapper = dict(optimizer=dict(lr=1e-4))
param_scheduler = []
train_cfg = dict(max_iters=further, val_interval=further)
default_hooks = dict(checkpoint=dict(interval=further))
