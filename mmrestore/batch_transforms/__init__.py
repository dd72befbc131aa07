"""What happens to a whole batch on the device, in training."""

from mmrestore.batch_transforms.noise import GaussianNoise
from mmrestore.batch_transforms.pixel_mask import RandomPixelMask
from mmrestore.batch_transforms.pixel_shuffle import IntraPatchPixelShuffle

__all__ = ['GaussianNoise', 'IntraPatchPixelShuffle', 'RandomPixelMask']
