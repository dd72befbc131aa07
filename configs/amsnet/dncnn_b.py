"""AMSNet-B of DnCNN, 17 convolutions with batch norm and biases."""

_base_ = './restormer_b.py'

model = dict(backbone=dict(_delete_=True, type='DnCNN', in_channels=3, channels=64, num_layers=17))
