# DnCNN for blind colour denoising, of 20 layers: 670,531 parameters, 668,227 without batch norm.
model = dict(
    type='Restorer',
    backbone=dict(type='DnCNN', in_channels=3, channels=64, num_layers=20),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
