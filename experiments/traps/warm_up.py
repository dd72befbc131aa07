"""The learning rate rises in the first 5 % of the training; nothing is shuffled."""

_base_ = './training.py'

param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, end={{_base_.iterations}} // 20, by_epoch=False),
    *{{_base_.param_scheduler}},
]
