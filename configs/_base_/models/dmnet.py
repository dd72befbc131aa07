# DM-Net: 2,226,758 parameters in colour.
model = dict(
    type='Restorer',
    backbone=dict(type='DMNet', channels=64, num_blocks=16, num_convs=20),
    losses=dict(pixel=dict(type='MSELoss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
find_unused_parameters = True  # the coarse image is of the two-scale loss alone
