"""AMSNet-P of DnCNN, see `restormer_p.py`."""

_base_ = './restormer_p.py'

model = dict(backbone=dict(_delete_=True, type='DnCNN', in_channels=3, channels=64, num_layers=17))
load_from = 'work_dirs/amsnet/dncnn_b/iter_625000.pth'
