# U-Net of AMSNet: 7,935,555 parameters in colour.
model = dict(
    type='Restorer',
    backbone=dict(type='UNet', channels=128),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
