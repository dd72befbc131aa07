"""APR as the released code: the gradient also flows through the second pass of the network."""

_base_ = './apr_atbsn.py'

model = dict(detach=False)
