"""Pure functions of tensors: no class, no state, no registry."""

from mmrestore.functional.colour import rgb_to_y
from mmrestore.functional.dihedral import dihedral, inverse_dihedral
from mmrestore.functional.image_quality import psnr, round_to_8_bit, ssim
from mmrestore.functional.masks import mask_vectors, random_mask, random_ratios, ratio_range
from mmrestore.functional.noise import gaussian_noise
from mmrestore.functional.permutation import (
    invert_permutation,
    permute_pixels,
    random_permutation,
)
from mmrestore.functional.seeding import seeded
from mmrestore.functional.unit_range import to_unit_range

__all__ = [
    'dihedral',
    'gaussian_noise',
    'inverse_dihedral',
    'invert_permutation',
    'mask_vectors',
    'permute_pixels',
    'psnr',
    'random_mask',
    'random_permutation',
    'random_ratios',
    'ratio_range',
    'rgb_to_y',
    'round_to_8_bit',
    'seeded',
    'ssim',
    'to_unit_range',
]
