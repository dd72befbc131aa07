"""Ablation of the paper's Table 2: 65 % masked in attention, 80 to 90 % of the input."""

_base_ = './swinir_80_90.py'

model = dict(attachments=dict(attention_mask=dict(ratio=0.65)))
