"""Batch transforms: degradations, masks and targets of whole training batches on the device."""

from mmrestore.batch_transforms.bicubic_downsample import BicubicDownsample
from mmrestore.batch_transforms.blind_spot_mask import BlindSpotMask
from mmrestore.batch_transforms.camera_noise import CameraNoise
from mmrestore.batch_transforms.flipped_residual import FlippedResidual
from mmrestore.batch_transforms.gaussian_blur import GaussianBlur
from mmrestore.batch_transforms.noise import (
    CorrelatedGaussianNoise,
    GaussianNoise,
    JPEGCompression,
    MixtureNoise,
    PoissonNoise,
    SaltAndPepperNoise,
    SpeckleNoise,
)
from mmrestore.batch_transforms.photographs import (
    CleanInput,
    Enlargement,
    Graphics,
    LongWaveGrain,
)
from mmrestore.batch_transforms.pixel_downsample import PixelDownsample
from mmrestore.batch_transforms.pixel_mask import PixelMask, RandomPixelMask
from mmrestore.batch_transforms.pixel_shuffle import IntraPatchPixelShuffle
from mmrestore.batch_transforms.screen_photograph import ScreenPhotograph
from mmrestore.batch_transforms.some_images import SomeImages
from mmrestore.batch_transforms.targets import NoisyTarget, Recharge
from mmrestore.batch_transforms.teacher_target import TeacherTarget
from mmrestore.models.batch_transform import BatchTransform

__all__ = [
    'BatchTransform',
    'BicubicDownsample',
    'BlindSpotMask',
    'CameraNoise',
    'CleanInput',
    'CorrelatedGaussianNoise',
    'Enlargement',
    'FlippedResidual',
    'GaussianBlur',
    'GaussianNoise',
    'Graphics',
    'IntraPatchPixelShuffle',
    'JPEGCompression',
    'LongWaveGrain',
    'MixtureNoise',
    'NoisyTarget',
    'PixelDownsample',
    'PixelMask',
    'PoissonNoise',
    'RandomPixelMask',
    'Recharge',
    'SaltAndPepperNoise',
    'ScreenPhotograph',
    'SomeImages',
    'SpeckleNoise',
    'TeacherTarget',
]
