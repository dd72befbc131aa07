"""The network of masked training without masks: the baseline of the paper's tables."""

_base_ = './swinir.py'

model = dict(attachments=None)
