"""RD: distillation from six blind spots of a teacher, each recharged with a sixth of the pixels.

A config that uses it names the teacher: `teacher.backbone` and `teacher.checkpoint`.
"""

model = dict(
    # Six times the mean over six targets: the sum of six means.
    losses=dict(pixel=dict(loss_weight=6.0)),
    data_preprocessor=dict(
        batch_transforms=dict(
            teacher=dict(type='TeacherTarget', shifts=(0, 1, 2, 3, 4, 5), padding=16),
            recharge=dict(type='Recharge'),
        )
    ),
)
