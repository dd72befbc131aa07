"""Ablation of the paper's Table 2: 65 % of the tokens masked in attention."""

_base_ = './swinir.py'

model = dict(attachments=dict(attention_mask=dict(ratio=0.65)))
