"""APR: a blind-spot network learns from pairs of adjacent pixels; 1 x 1 blind spot at test.

A network without a blind spot needs `complementary_masks` as well.
"""

model = dict(
    type='PairRestorer',
    sampler=dict(type='AdjacentPixelSampler', window=3),
    losses=dict(_delete_=True, reconstruction=dict(type='L1Loss'), consistency=dict(type='L1Loss')),
    consistency_weight=4.0,
    detach=True,
    inference=dict(
        blind_spot=dict(type='BlindSpot', shift=1),
        pad=dict(type='Pad', margin=16),
    ),
)
