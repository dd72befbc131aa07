# AP-BSN: DBSNl on mosaics of every fifth pixel, at test of every second, without the refinement:
# 3,656,131 parameters in colour.
_base_ = './dbsnl.py'

model = dict(
    data_preprocessor=dict(
        batch_transforms=dict(downsample=dict(type='PixelDownsample', stride=5, mosaic=True))
    ),
    inference=dict(
        pad=None,  # PixelDownsampled pads
        downsample=dict(type='PixelDownsampled', stride=2, mosaic=True, pad_mode='zero'),
    ),
)
