"""Augmentations that make training patches resemble real photographs."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from mmrestore.functional.grain import long_wave_grain
from mmrestore.functional.graphics import graphics_like
from mmrestore.functional.noise_level import SIGMA, NoiseLevel
from mmrestore.functional.resize import resize
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample

FACTOR = NoiseLevel('a factor from 1 to 8', least=1, most=8)


@BATCH_TRANSFORMS.register_module()
class LongWaveGrain(BatchTransform):
    """Add grain that is correlated over pixels and channels to the inputs; targets are unchanged.

    Args:
        sigma: standard deviation in 8-bit gray levels, or a pair (low, high) from which it is drawn
            log-uniformly for each image.

    Raises:
        ValueError: ``sigma`` is not above 0, or not one number or an ordered pair.

    Examples:
        >>> x = torch.full((2, 3, 64, 64), 0.5)
        >>> noisy, sample = LongWaveGrain(4)(x, DataSample(gt_img=x))
        >>> round((noisy - sample.gt_img).std().item() * 255)
        4
    """

    adds_noise = True
    degrades_inputs = True

    def __init__(self, sigma: float | tuple[float, float]) -> None:
        self.low, self.high = SIGMA.pair(sigma)
        if self.low <= 0:
            raise ValueError(f'expected a standard deviation above 0, got {sigma!r}')

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Degrade inputs (N, C, H, W), floating point."""
        sigma = inputs.new_empty(len(inputs)).uniform_(math.log(self.low), math.log(self.high))
        return long_wave_grain(inputs, sigma.exp()), data_samples


@BATCH_TRANSFORMS.register_module()
class Enlargement(BatchTransform):
    """Upscale the center of inputs and targets to full size, together with the input noise.

    The noise becomes correlated over several pixels, as in photographs that a camera or a program
    has upscaled.

    Args:
        factor: upscaling factor, or a pair (low, high) from which it is drawn uniformly for each
            image.

    Raises:
        ValueError: ``factor`` is below 1 or above 8, or not one number or an ordered pair; in a
            call, if targets and inputs differ in shape.

    Examples:
        >>> x = torch.arange(16.0).view(1, 1, 4, 4) / 16
        >>> y, sample = Enlargement(2)(x, DataSample(gt_img=x))
        >>> y.shape, y.equal(sample.gt_img), round(y.mean().item(), 3) == round(x.mean().item(), 3)
        (torch.Size([1, 1, 4, 4]), True, True)
    """

    needs_equal_sizes = True

    def __init__(self, factor: float | tuple[float, float]) -> None:
        self.low, self.high = FACTOR.pair(factor)

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Upscale inputs and targets (N, C, H, W), floating point."""
        target = data_samples.gt_img
        if target.shape != inputs.shape:
            raise ValueError(
                f'Enlargement needs targets of the size of the inputs, {tuple(inputs.shape)}, got '
                f'{tuple(target.shape)}: it is not defined for super-resolution'
            )
        factors = torch.empty(len(inputs)).uniform_(self.low, self.high).tolist()
        both = torch.stack([inputs, target], dim=1)  # (N, 2, C, H, W)
        enlarged = [
            _enlarge_middle(image, factor) for image, factor in zip(both, factors, strict=True)
        ]
        new_inputs, new_target = torch.stack(enlarged).unbind(dim=1)
        samples = data_samples.new()
        samples.gt_img = new_target
        return new_inputs, samples


@BATCH_TRANSFORMS.register_module()
class Graphics(BatchTransform):
    """Replace inputs and targets by synthetic text, shapes and weaves.

    Examples:
        >>> x = torch.zeros(2, 3, 16, 16)
        >>> y, sample = Graphics()(x, DataSample(gt_img=x))
        >>> y.equal(sample.gt_img), bool(y.std() > 0)
        (True, True)
    """

    needs_equal_sizes = True
    remakes_inputs = True

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Replace inputs and targets (N, 3, H, W)."""
        samples = data_samples.new()
        samples.gt_img = graphics_like(inputs)
        return samples.gt_img, samples


@BATCH_TRANSFORMS.register_module()
class CleanInput(BatchTransform):
    """Replace the inputs by the targets, so that a network learns to preserve clean images.

    Examples:
        >>> x = torch.rand(2, 3, 4, 4)
        >>> CleanInput()(torch.rand(2, 3, 4, 4), DataSample(gt_img=x))[0].equal(x)
        True
    """

    needs_equal_sizes = True
    remakes_inputs = True

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Return the targets (N, C, H, W) as inputs."""
        return data_samples.gt_img, data_samples


def _enlarge_middle(images: Tensor, factor: float) -> Tensor:
    """Upscale the center of images (..., H, W) to full size."""
    height, width = images.shape[-2:]
    rows, columns = (max(1, round(side / factor)) for side in (height, width))
    top, left = (height - rows) // 2, (width - columns) // 2
    middle = images[..., top : top + rows, left : left + columns]
    return resize(middle, size=(height, width)).clamp(0, 1)
