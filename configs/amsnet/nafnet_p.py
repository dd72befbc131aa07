"""AMSNet-P of NAFNet's baseline network, see `restormer_p.py`."""

_base_ = './restormer_p.py'

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
load_from = 'work_dirs/amsnet/nafnet_b/iter_625000.pth'
