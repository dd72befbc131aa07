# AT-BSN trained by APR, tested with a 1 x 1 blind spot: 1,268,547 parameters in colour.
_base_ = './atbsn.py'

model = dict(
    type='PairRestorer',
    sampler=dict(type='AdjacentPixelSampler', window=3),
    losses=dict(_delete_=True, reconstruction=dict(type='L1Loss'), consistency=dict(type='L1Loss')),
    consistency_weight=4.0,
    detach=True,
    inference=dict(blind_spot=dict(type='BlindSpot', shift=1), pad=dict(margin=16)),
)
