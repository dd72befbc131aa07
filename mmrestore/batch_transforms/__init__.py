"""What happens to a whole batch on the device, in training."""

from mmrestore.batch_transforms.blind_spot_mask import BlindSpotMask
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
from mmrestore.batch_transforms.targets import NoisyTarget, Recharge
from mmrestore.batch_transforms.teacher_target import TeacherTarget

__all__ = [
    'BlindSpotMask',
    'CameraNoise',
    'CorrelatedGaussianNoise',
    'GaussianNoise',
    'IntraPatchPixelShuffle',
    'JPEGCompression',
    'MixtureNoise',
    'NoisyTarget',
    'PoissonNoise',
    'RandomPixelMask',
    'Recharge',
    'SaltAndPepperNoise',
    'SpeckleNoise',
    'TeacherTarget',
]
