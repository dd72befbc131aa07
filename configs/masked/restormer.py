"""Masked training of another network: Restormer, whose attention is between channels.

Its embedding sees 3 x 3 pixels, so the input is masked before it.
"""

_base_ = './plain_restormer.py'

model = dict(
    attachments=dict(
        attention_mask=dict(type='TokenMask', tokens='attention', ratio=0.75, in_test=True)
    ),
    data_preprocessor=dict(
        batch_transforms=dict(mask=dict(type='RandomPixelMask', ratio=(0.75, 0.85)))
    ),
)
