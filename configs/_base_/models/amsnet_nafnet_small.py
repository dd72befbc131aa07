# AMSNet-B of a small NAFNet baseline, for a CPU: 224,451 parameters in colour. It halves its
# features twice, no further: the sub-images of a patch are small, 32 x 32 pixels.
_base_ = './nafnet_baseline_32.py'

model = dict(
    backbone=dict(channels=24, encoder_depths=[1, 1], num_middle_blocks=2, decoder_depths=[1, 1]),
    data_preprocessor=dict(
        batch_transforms=dict(
            downsample=dict(type='PixelDownsample', stride=5), mask=dict(type='PixelMask')
        )
    ),
    inference=[
        dict(type='ComplementaryMasks'),
        dict(type='PixelDownsampled', stride=2),
        dict(type='RandomReplacementRefinement', copies=0),
    ],
)
