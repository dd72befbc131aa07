"""Masked training as the paper recommends: 75 to 85 % of the input, 75 % in attention."""

_base_ = [
    '../_base_/models/masked_swinir.py',
    '../_base_/datasets/denoising_dfwb_sigma15.py',
    '../_base_/schedules/adam_200k_iterations.py',
    '../_base_/iteration_runtime.py',
]
model = dict(
    data_preprocessor=dict(
        batch_transforms=dict(noise=dict(type='GaussianNoise', sigma={{_base_.sigma}}, clip=True))
    )
)
