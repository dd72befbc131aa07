"""SRGAN-MSE: squares in place of the features of VGG-19, whose weights it does without."""

_base_ = './srgan.py'
model = dict(losses=dict(_delete_=True, pixel=dict(type='MSELoss')))
