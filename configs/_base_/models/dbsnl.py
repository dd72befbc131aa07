# DBSNl, the blind-spot network of AP-BSN: 3,656,131 parameters in colour.
model = dict(
    type='Restorer',
    backbone=dict(type='DBSNl', channels=128, num_modules=9),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
