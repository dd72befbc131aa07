"""Ablation of the paper's Table 3a: 75 to 90 % of the input masked."""

_base_ = './swinir.py'

model = dict(attachments=dict(input_mask=dict(ratio=(0.75, 0.9))))
