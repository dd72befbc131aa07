"""A small network on the photographs of BSDS400 without masks: the control of `small.py`."""

_base_ = './small.py'

model = dict(attachments=None)
