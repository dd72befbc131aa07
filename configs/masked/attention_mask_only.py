"""Ablation of the paper's Table 1: without the input mask, of the network with 80 to 90 %."""

_base_ = './swinir_80_90.py'

model = dict(attachments=dict(input_mask=None))
