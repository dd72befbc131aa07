# AMSNet-B of a small NAFNet baseline, for a CPU: 1,129,475 parameters in colour.
_base_ = './nafnet_baseline_32.py'

model = dict(
    backbone=dict(
        channels=16, encoder_depths=[1, 1, 1, 1], num_middle_blocks=1, decoder_depths=[1, 1, 1, 1]
    ),
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
