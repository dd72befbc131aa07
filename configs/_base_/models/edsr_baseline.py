# EDSR baseline, x4: 1,517,571 parameters.
model = dict(
    type='Restorer',
    backbone=dict(type='EDSR', channels=64, num_blocks=16, scale=4),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
