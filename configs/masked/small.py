"""A small masked network on the photographs of BSDS400; an hour or two on one core of a CPU."""

_base_ = './small_baseline.py'

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
