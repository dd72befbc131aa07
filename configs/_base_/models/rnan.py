# RNAN for denoising: 8,959,555 parameters in colour, 8,957,249 in gray.
model = dict(
    type='Restorer',
    backbone=dict(type='RNAN', channels=64, num_groups=10),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
