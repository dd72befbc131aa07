"""AMSNet-P of the U-Net, see `restormer_p.py`."""

_base_ = './restormer_p.py'

model = dict(backbone=dict(_delete_=True, type='UNet', channels=128))
load_from = 'work_dirs/amsnet/unet_b/iter_625000.pth'
