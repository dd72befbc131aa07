"""RD, the second stage: six blind spots of the teacher, each given back a sixth of the pixels."""

_base_ = './d_nbsn.py'

model = dict(data_preprocessor=dict(batch_transforms=dict(recharge=dict(type='Recharge'))))
