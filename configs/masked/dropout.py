"""Reflash dropout instead of masks: channels before the last convolution, rate 0.7."""

_base_ = './swinir.py'

model = dict(
    attachments=dict(
        _delete_=True, dropout=dict(type='FeatureDropout', layers='conv_last', rate=0.7)
    )
)
