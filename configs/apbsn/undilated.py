"""AP-BSN with a network that is not blind: it learns the identity (Table 3 of AMSNet)."""

_base_ = './apbsn.py'

model = dict(backbone=dict(dilated=False))
