"""Ablation of the paper's Table 3a: 70 to 80 % of the input masked."""

_base_ = './swinir.py'

model = dict(attachments=dict(input_mask=dict(ratio=(0.7, 0.8))))
