"""AMSNet-B: half of the pixels of every fifth-pixel sub-image are hidden and predicted.

At test both halves of every second-pixel sub-image; `refinement` adds the second pass (B-E).
"""

model = dict(
    data_preprocessor=dict(
        batch_transforms=dict(
            target=dict(type='NoisyTarget'),
            downsample=dict(type='PixelDownsample', stride=5),
            mask=dict(type='PixelMask'),
        )
    ),
    inference=dict(
        pad=None,
        masks=dict(type='ComplementaryMasks'),
        downsample=dict(type='PixelDownsampled', stride=2),
    ),
)
