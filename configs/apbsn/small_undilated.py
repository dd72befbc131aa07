"""AP-BSN of a small network that is not blind, the control of `small.py`."""

_base_ = './small.py'

model = dict(backbone=dict(dilated=False))
