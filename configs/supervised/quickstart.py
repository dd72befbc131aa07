"""The quick start without TRAPS, to compare with."""

_base_ = '../traps/quickstart.py'

model = dict(data_preprocessor=dict(batch_transforms=dict(shuffle=None)))
default_hooks = dict(shuffle_schedule=None)
