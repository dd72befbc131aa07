"""APR of a small AT-BSN."""

_base_ = [
    '../../configs/_base_/models/atbsn.py',
    './schedule.py',
    '../../configs/_base_/strategies/apr.py',
]
model = dict(backbone=dict(channels=24))
