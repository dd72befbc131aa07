"""Stage two of two-stage training: targets made by the network of stage one, and a discriminator.

A config that uses it names the checkpoint of stage one twice: as `load_from`, where training
begins, and as `teacher.checkpoint`.
"""

_base_ = './adversarial.py'

model = dict(
    data_preprocessor=dict(
        batch_transforms=dict(
            teacher=dict(type='TeacherTarget', backbone='{{_base_.model.backbone}}', padding=0)
        )
    )
)
