# DnCNN for gray images and one noise level: 557,057 parameters; 555,137 with folded batch norm.
_base_ = './dncnn.py'
model = dict(backbone=dict(in_channels=1, num_layers=17))
