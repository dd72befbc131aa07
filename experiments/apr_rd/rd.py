"""RD of a small student with the teacher of `apr.py`."""

_base_ = [
    '../../configs/_base_/models/nbsn.py',
    './schedule.py',
    '../../configs/_base_/strategies/rd.py',
]
model = dict(
    backbone=dict(channels=24),
    data_preprocessor=dict(
        batch_transforms=dict(
            teacher=dict(
                backbone=dict(type='ATBSN', channels=24),
                checkpoint='the last of apr.py',
                dtype='bfloat16',
            )
        )
    ),
)
