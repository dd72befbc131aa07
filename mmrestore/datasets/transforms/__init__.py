"""Transforms of single samples in data workers."""

from mmrestore.datasets.transforms.add_gaussian_noise import AddGaussianNoise
from mmrestore.datasets.transforms.add_noise import AddNoise
from mmrestore.datasets.transforms.base import Transform
from mmrestore.datasets.transforms.bicubic_downsample import BicubicDownsample
from mmrestore.datasets.transforms.crop import CenterCrop, RandomCrop
from mmrestore.datasets.transforms.load_image import LoadImage
from mmrestore.datasets.transforms.pack_inputs import PackInputs
from mmrestore.datasets.transforms.random_dihedral import RandomDihedral
from mmrestore.datasets.transforms.recorrupt import Recorrupt
from mmrestore.datasets.transforms.resize import Resize

__all__ = [
    'AddGaussianNoise',
    'AddNoise',
    'BicubicDownsample',
    'CenterCrop',
    'LoadImage',
    'PackInputs',
    'RandomCrop',
    'RandomDihedral',
    'Recorrupt',
    'Resize',
    'Transform',
]
