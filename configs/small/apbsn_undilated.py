"""AP-BSN of a small network that is not blind, the control of `apbsn.py`."""

_base_ = './apbsn.py'

model = dict(backbone=dict(dilated=False))
