# EDSR, x4: 43,089,923 parameters.
_base_ = './edsr_baseline.py'
model = dict(backbone=dict(channels=256, num_blocks=32, residual_scale=0.1))
