"""RD as the released code: the classes of pixels are drawn independently, not of equal size."""

_base_ = './rd_nbsn.py'

model = dict(data_preprocessor=dict(batch_transforms=dict(recharge=dict(balanced=False))))
