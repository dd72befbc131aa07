# RED30: 4,139,395 parameters in colour, 4,134,785 in gray.
model = dict(
    type='Restorer',
    backbone=dict(type='REDNet', channels=128, num_layers=30),
    losses=dict(pixel=dict(type='MSELoss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
