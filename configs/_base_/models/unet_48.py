# U-Net of Neighbor2Neighbor: 1,259,475 parameters in colour.
_base_ = './unet.py'
model = dict(backbone=dict(channels=48))
