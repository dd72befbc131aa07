"""SRResNet+, stage two: real faces of 30 x 30, targets of stage one, a discriminator of faces."""

_base_ = [
    '../_base_/models/srresnet.py',
    '../_base_/datasets/super_resolution_faces_real.py',
    '../_base_/schedules/adam_gan_10k_iterations.py',
    '../_base_/adversarial_runtime.py',
]
first = 'work_dirs/two_stage/srresnet/iter_100000.pth'

model = dict(
    type='GANRestorer',
    discriminator=dict(type='SRGANDiscriminator', image_size=96),
    data_preprocessor=dict(
        batch_transforms=dict(
            teacher=dict(
                type='TeacherTarget',
                backbone={{_base_.model.backbone}},
                checkpoint=first,
                padding=0,
            )
        )
    ),
)
load_from = first
