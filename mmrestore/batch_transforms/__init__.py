"""What happens to a whole batch on the device, in training."""

from mmrestore.batch_transforms.camera_noise import CameraNoise
from mmrestore.batch_transforms.noise import (
    CorrelatedGaussianNoise,
    GaussianNoise,
    JPEGCompression,
    MixtureNoise,
    PoissonNoise,
    SaltAndPepperNoise,
    SpeckleNoise,
)
from mmrestore.batch_transforms.pixel_mask import RandomPixelMask
from mmrestore.batch_transforms.pixel_shuffle import IntraPatchPixelShuffle

__all__ = [
    'CameraNoise',
    'CorrelatedGaussianNoise',
    'GaussianNoise',
    'IntraPatchPixelShuffle',
    'JPEGCompression',
    'MixtureNoise',
    'PoissonNoise',
    'RandomPixelMask',
    'SaltAndPepperNoise',
    'SpeckleNoise',
]
