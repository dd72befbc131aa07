# SRResNet of the SRGAN paper, x4: 1,549,462 parameters.
model = dict(
    type='Restorer',
    backbone=dict(type='SRResNet', channels=64, num_blocks=16, scale=4),
    losses=dict(pixel=dict(type='MSELoss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
