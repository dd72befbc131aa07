"""EDSR+, stage two: real faces of 30 x 30, targets of stage one, a discriminator of faces."""

_base_ = [
    '../_base_/models/edsr.py',
    '../_base_/datasets/super_resolution_faces_real.py',
    '../_base_/schedules/adam_10k_iterations.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/two_stage.py',
]
first = 'work_dirs/two_stage/edsr/iter_100000.pth'

model = dict(
    discriminator=dict(_delete_=True, type='SRGANDiscriminator', image_size=96),
    losses=dict(pixel=dict(type='MSELoss')),
    data_preprocessor=dict(batch_transforms=dict(teacher=dict(checkpoint=first))),
)
default_hooks = dict(checkpoint=dict(interval=1000))
load_from = first
