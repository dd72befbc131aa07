"""RD of a small student from six blind spots of the teacher of `quickstart_apr.py`."""

_base_ = './quickstart_apr.py'

model = dict(
    _delete_=True,
    type='Restorer',
    backbone=dict(type='NBSN', channels=16),
    losses=dict(pixel=dict(type='L1Loss', loss_weight=6.0)),
    data_preprocessor=dict(
        type='DataPreprocessor',
        batch_transforms=dict(
            teacher=dict(
                type='TeacherTarget',
                backbone={{_base_.model.backbone}},
                checkpoint='work_dirs/apr_rd/quickstart/apr/iter_600.pth',
                shifts=(0, 1, 2, 3, 4, 5),
                padding=16,
            ),
            recharge=dict(type='Recharge'),
        ),
    ),
    inference=[dict(type='Pad')],
)
