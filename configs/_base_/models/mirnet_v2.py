# MIRNet-v2: 5,858,560 parameters in colour.
model = dict(
    type='Restorer',
    backbone=dict(type='MIRNetV2', channels=80, num_blocks=2),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
