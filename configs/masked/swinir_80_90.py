"""Masked training with 80 to 90 % of the input masked: the ratio of the released checkpoint."""

_base_ = './swinir.py'

model = dict(attachments=dict(input_mask=dict(ratio=(0.8, 0.9))))
