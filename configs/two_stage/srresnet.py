"""SRResNet, stage one: faces of 120 x 120 and what bicubic downsampling makes of them."""

_base_ = [
    '../_base_/models/srresnet.py',
    '../_base_/datasets/super_resolution_faces.py',
    '../_base_/schedules/adam_100k_iterations.py',
    '../_base_/iteration_runtime.py',
]
