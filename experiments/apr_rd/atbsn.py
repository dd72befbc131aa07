"""A small AT-BSN: the target is the noisy image itself."""

_base_ = ['../../configs/_base_/models/atbsn.py', './schedule.py']

model = dict(
    backbone=dict(channels=24),
    inference=dict(blind_spot=dict(type='BlindSpot', shift=2), pad=dict(margin=16)),
)
