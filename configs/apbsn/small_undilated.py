"""AP-BSN of a small network that is not blind: it learns the identity."""

_base_ = './small.py'

model = dict(backbone=dict(dilated=False))
