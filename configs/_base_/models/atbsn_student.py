# Student of AT-BSN ("1.00M" of APR-RD): 1,003,011 parameters in colour.
model = dict(
    type='Restorer',
    backbone=dict(type='ATBSNStudent', channels=48),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
