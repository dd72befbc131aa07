# DM-Net with the loss of the paper, at both scales (equation 8): 2,226,758 parameters in colour.
_base_ = './dmnet.py'

model = dict(
    backbone=dict(both_scales=True),
    losses=dict(pixel=dict(_delete_=True, type='TwoScaleLoss', loss=dict(type='MSELoss'))),
)
find_unused_parameters = False
