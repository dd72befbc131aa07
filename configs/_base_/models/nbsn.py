# Student of APR-RD ("1.02M"): 1,021,107 parameters in colour.
model = dict(
    type='Restorer',
    backbone=dict(type='NBSN', channels=48),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
