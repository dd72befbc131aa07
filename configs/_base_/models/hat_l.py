# HAT-L at scale 1: 40,551,151 parameters in colour.
_base_ = './hat_b.py'
model = dict(
    backbone=dict(
        depths=[6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6],
        num_heads=[6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6],
    )
)
