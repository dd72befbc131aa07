"""AMSNet-B of NAFNet's baseline network, which the paper calls NAFNet."""

_base_ = './restormer_b.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='NAFNetBaseline',
        channels=32,
        encoder_depths=[2, 2, 4, 8],
        num_middle_blocks=12,
        decoder_depths=[2, 2, 2, 2],
        expansion=1,
        ffn_ratio=2,
    )
)
