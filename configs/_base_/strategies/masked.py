"""Masked training: random tokens of the input and of every attention layer are masked."""

model = dict(
    attachments=dict(
        input_mask=dict(type='TokenMask', tokens='embedding', per_image=True, ratio=(0.75, 0.85)),
        attention_mask=dict(type='TokenMask', tokens='attention', ratio=0.75, in_test=True),
    )
)
