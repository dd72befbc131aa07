# DeamNet: 1,875,619 parameters in colour. Gray images: backbone=dict(in_channels=1).
model = dict(
    type='Restorer',
    backbone=dict(type='DeamNet', channels=64),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
