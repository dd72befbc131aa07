"""AMSNet-P of a small U-Net on the noisy half of PolyU."""

_base_ = './small_nafnet_p.py'

model = dict(backbone=dict(_delete_=True, type='UNet', channels=24))
load_from = 'work_dirs/amsnet/small_unet_b/iter_3000.pth'
