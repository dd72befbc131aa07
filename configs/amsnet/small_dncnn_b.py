"""AMSNet-B of a small DnCNN on the noisy half of PolyU."""

_base_ = './small_nafnet_b.py'

model = dict(backbone=dict(_delete_=True, type='DnCNN', in_channels=3, channels=32, num_layers=10))
