"""Masked training of another network: Restormer, whose attention is between channels.

Its embedding sees 3 x 3 pixels, so the input is masked before it.
"""

_base_ = [
    './plain_restormer.py',
    '../_base_/strategies/masked.py',
]

model = dict(
    attachments=dict(input_mask=None),
    data_preprocessor=dict(
        batch_transforms=dict(mask=dict(type='RandomPixelMask', ratio=(0.75, 0.85)))
    ),
)
