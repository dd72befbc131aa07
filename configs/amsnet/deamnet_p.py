"""AMSNet-P of DeamNet, see `restormer_p.py`."""

_base_ = './restormer_p.py'

model = dict(backbone=dict(_delete_=True, type='DeamNet', channels=64))
load_from = 'work_dirs/amsnet/deamnet_b/iter_625000.pth'
