"""Reflash dropout with rate 0.5."""

_base_ = './dropout.py'

model = dict(attachments=dict(dropout=dict(rate=0.5)))
