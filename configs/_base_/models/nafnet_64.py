# NAFNet of width 64, as published for denoising (SIDD): 115,982,915 parameters in colour.
_base_ = './nafnet_32.py'
model = dict(backbone=dict(channels=64))
