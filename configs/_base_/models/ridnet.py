# RIDNet: 1,499,371 parameters in colour.
model = dict(
    type='Restorer',
    backbone=dict(type='RIDNet', channels=64),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
