"""Pure functions of tensors: no class, no state, no registry."""

from mmrestore.deprecation import former_names
from mmrestore.functional.adversarial import discriminator_loss, generator_loss
from mmrestore.functional.bayer_mosaic import demosaic, mosaic
from mmrestore.functional.blur import gaussian_blur
from mmrestore.functional.borders import mirrored_places
from mmrestore.functional.camera_noise import draw_sensor_noise_levels, sensor_noise
from mmrestore.functional.camera_pipeline import (
    CameraMetadata,
    camera_matrix,
    draw_camera_metadata,
    process_raw,
    unprocess,
)
from mmrestore.functional.color import rgb_to_y
from mmrestore.functional.complementary_masks import hide_pixels, join_branches, random_branches
from mmrestore.functional.dihedral import dihedral, inverse_dihedral
from mmrestore.functional.grain import long_wave_grain
from mmrestore.functional.graphics import draw_graphics, graphics_like
from mmrestore.functional.image_quality import psnr, round_to_8_bit, ssim
from mmrestore.functional.jpeg import jpeg_compression
from mmrestore.functional.masks import mask_vectors, random_mask, random_ratios, ratio_range
from mmrestore.functional.mixture_noise import mixture_noise
from mmrestore.functional.neighbor_masks import neighbor_places, one_pixel_of_each_cell
from mmrestore.functional.neighbors import (
    adjacent_pixel_places,
    cell_pixel_places,
    num_adjacent_pairs,
    random_choice,
    take_pixels,
)
from mmrestore.functional.niqe import niqe
from mmrestore.functional.noise import (
    correlated_gaussian_noise,
    gaussian_noise,
    salt_and_pepper_noise,
    speckle_noise,
)
from mmrestore.functional.permutation import (
    invert_permutation,
    permute_pixels,
    random_permutation,
)
from mmrestore.functional.pixel_downsample import (
    from_mosaic,
    pixel_downsample,
    pixel_upsample,
    to_mosaic,
)
from mmrestore.functional.poisson_noise import poisson_noise, poisson_peak
from mmrestore.functional.recharge import random_classes, recharge
from mmrestore.functional.replacement import random_replacements
from mmrestore.functional.resize import resize
from mmrestore.functional.screen_display import display_light
from mmrestore.functional.screen_draws import ScreenRanges, Screens, draw_screens
from mmrestore.functional.screen_geometry import CameraView, look_at, seen_places
from mmrestore.functional.screen_photograph import (
    ScreenStages,
    photograph_screen,
    tone_curve,
    view_picture,
)
from mmrestore.functional.seeding import local_draws, random_generator, seeded
from mmrestore.functional.total_variation import forward_differences, gradient_lengths
from mmrestore.functional.unit_range import to_8_bit, to_unit_range

__all__ = [
    'CameraMetadata',
    'CameraView',
    'ScreenRanges',
    'ScreenStages',
    'Screens',
    'adjacent_pixel_places',
    'camera_matrix',
    'cell_pixel_places',
    'correlated_gaussian_noise',
    'demosaic',
    'dihedral',
    'discriminator_loss',
    'display_light',
    'draw_camera_metadata',
    'draw_graphics',
    'draw_screens',
    'draw_sensor_noise_levels',
    'forward_differences',
    'from_mosaic',
    'gaussian_blur',
    'gaussian_noise',
    'generator_loss',
    'gradient_lengths',
    'graphics_like',
    'hide_pixels',
    'inverse_dihedral',
    'invert_permutation',
    'join_branches',
    'jpeg_compression',
    'local_draws',
    'long_wave_grain',
    'look_at',
    'mask_vectors',
    'mirrored_places',
    'mixture_noise',
    'mosaic',
    'neighbor_places',
    'niqe',
    'num_adjacent_pairs',
    'one_pixel_of_each_cell',
    'permute_pixels',
    'photograph_screen',
    'pixel_downsample',
    'pixel_upsample',
    'poisson_noise',
    'poisson_peak',
    'process_raw',
    'psnr',
    'random_branches',
    'random_choice',
    'random_classes',
    'random_generator',
    'random_mask',
    'random_permutation',
    'random_ratios',
    'random_replacements',
    'ratio_range',
    'recharge',
    'resize',
    'rgb_to_y',
    'round_to_8_bit',
    'salt_and_pepper_noise',
    'seeded',
    'seen_places',
    'sensor_noise',
    'speckle_noise',
    'ssim',
    'take_pixels',
    'to_8_bit',
    'to_mosaic',
    'to_unit_range',
    'tone_curve',
    'unprocess',
    'view_picture',
]

__getattr__ = former_names(
    __name__, {'neighbour_places': neighbor_places}, since='0.2', removed='0.4'
)
