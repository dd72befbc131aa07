"""RED-Net+, stage two: real photographs of screens, targets of stage one, a discriminator."""

_base_ = [
    '../_base_/models/red30.py',
    '../_base_/datasets/demoireing_real.py',
    '../_base_/schedules/adam_gan_10k_iterations.py',
    '../_base_/adversarial_runtime.py',
]
first = 'work_dirs/two_stage/red30/iter_100000.pth'

model = dict(
    type='GANRestorer',
    discriminator=dict(type='PatchDiscriminator'),
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
optim_wrapper = dict(
    backbone=dict(optimizer=dict(lr=1e-5)), discriminator=dict(optimizer=dict(lr=1e-5))
)
load_from = first
