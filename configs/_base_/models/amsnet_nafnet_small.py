# AMSNet-B of a small NAFNet baseline, for a CPU: 224,451 parameters in colour. It halves its
# features twice, no further: the sub-images of a patch are small, 32 x 32 pixels.
_base_ = './amsnet_restormer.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='NAFNetBaseline',
        channels=24,
        encoder_depths=[1, 1],
        num_middle_blocks=2,
        decoder_depths=[1, 1],
        expansion=1,
        ffn_ratio=2,
    )
)
