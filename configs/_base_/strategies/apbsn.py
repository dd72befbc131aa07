"""AP-BSN: a blind-spot network on mosaics of every fifth pixel; at test of every second."""

model = dict(
    data_preprocessor=dict(
        batch_transforms=dict(
            target=dict(type='NoisyTarget'),
            downsample=dict(type='PixelDownsample', stride=5, mosaic=True),
        )
    ),
    inference=dict(
        pad=None,
        downsample=dict(type='PixelDownsampled', stride=2, mosaic=True, pad_mode='zero'),
    ),
)
