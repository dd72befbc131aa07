# Fast network for photographs on a CPU: 1,041,132 parameters in color.
model = dict(
    type='Restorer',
    backbone=dict(type='ResidualUNet', channels=(48, 64, 96, 128)),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
