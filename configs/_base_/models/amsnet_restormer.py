# AMSNet-B of Restormer: half of the pixels of every fifth-pixel sub-image are hidden, at test both
# halves of every second-pixel one, without the refinement: 26,111,668 parameters in colour.
_base_ = './restormer.py'

model = dict(
    data_preprocessor=dict(
        batch_transforms=dict(
            downsample=dict(type='PixelDownsample', stride=5), mask=dict(type='PixelMask')
        )
    ),
    inference=dict(
        pad=None,  # images are padded after masking
        masks=dict(type='ComplementaryMasks'),
        downsample=dict(type='PixelDownsampled', stride=2),
    ),
)
