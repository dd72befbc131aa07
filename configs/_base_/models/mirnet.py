# MIRNet: 31,787,419 parameters in colour.
model = dict(
    type='Restorer',
    backbone=dict(type='MIRNet', channels=64, num_groups=3, num_blocks=2),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
