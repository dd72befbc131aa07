"""Ablation of the paper's Table 3a: always 75 % of the input masked."""

_base_ = './swinir.py'

model = dict(attachments=dict(input_mask=dict(ratio=0.75)))
