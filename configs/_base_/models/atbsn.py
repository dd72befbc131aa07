# AT-BSN, its blind spot 9 x 9 as in training: 1,268,547 parameters in colour.
model = dict(
    type='Restorer',
    backbone=dict(type='ATBSN', channels=48, blind_spot_shift=5),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
