# Student of APR-RD trained by RD ("1.02M"), 1,021,107 parameters in colour: six blind spots of the
# teacher, each given back a sixth of the noisy pixels.
_base_ = './nbsn.py'

model = dict(
    # Six times the mean over six targets: the sum of six means.
    losses=dict(pixel=dict(loss_weight=6.0)),
    data_preprocessor=dict(
        batch_transforms=dict(
            teacher=dict(
                type='TeacherTarget',
                backbone=dict(type='ATBSN', channels=48),
                checkpoint='work_dirs/apr_rd/apr_atbsn/iter_400000.pth',
                shifts=(0, 1, 2, 3, 4, 5),
                padding=16,
            ),
            recharge=dict(type='Recharge'),
        )
    ),
)
