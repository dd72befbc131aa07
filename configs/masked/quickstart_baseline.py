"""The quick start without masks, on the photographs of scikit-image: minutes on a CPU."""

_base_ = './quickstart.py'

model = dict(attachments=None)
