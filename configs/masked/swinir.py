"""Masked training as the paper recommends: 75 to 85 % of the input, 75 % in attention."""

_base_ = './baseline.py'

model = dict(
    attachments=dict(
        input_mask=dict(
            type='TokenMask',
            layers='conv_first',
            at='output',
            channel_dim=1,
            per_image=True,
            ratio=(0.75, 0.85),
        ),
        attention_mask=dict(type='TokenMask', layers='layers.*.attn', ratio=0.75, in_test=True),
    )
)
