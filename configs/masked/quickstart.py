"""Masked training of a small network on the photographs of scikit-image: minutes on a CPU."""

_base_ = './quickstart_baseline.py'

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
