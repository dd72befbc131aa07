"""Reflash dropout instead of masks: channels before the last convolution, rate 0.7."""

_base_ = './baseline.py'

model = dict(attachments=dict(dropout=dict(type='FeatureDropout', layers='conv_last', rate=0.7)))
