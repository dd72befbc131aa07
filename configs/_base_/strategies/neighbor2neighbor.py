"""Neighbor2Neighbor: pairs of pixels of 2 x 2 cells, squared errors, a growing consistency term."""

model = dict(
    type='PairRestorer',
    sampler=dict(type='CellPixelSampler'),
    losses=dict(
        _delete_=True, reconstruction=dict(type='MSELoss'), consistency=dict(type='MSELoss')
    ),
)
default_hooks = dict(consistency=dict(type='ConsistencyRampHook', increase_ratio=2.0))
