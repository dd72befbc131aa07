"""AMSNet-B of that network without dilation, which is not blind (D_AS of Table 3)."""

_base_ = './dbsnl_b.py'

model = dict(backbone=dict(dilated=False))
