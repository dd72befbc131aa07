"""Blind-spot masking of the input, as in Noise2Void."""

from __future__ import annotations

import torch
from torch import Tensor

from mmrestore.functional.neighbor_masks import neighbor_places, one_pixel_of_each_cell
from mmrestore.functional.neighbors import check_window, take_pixels
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


@BATCH_TRANSFORMS.register_module()
class BlindSpotMask(BatchTransform):
    """Replace random input pixels by neighbors, and restrict the loss to the replaced pixels.

    One pixel of each cell is replaced, in all channels, by another pixel of the window around it.
    Targets are unchanged; the loss weight is 1 at replaced pixels and 0 elsewhere. With noisy
    targets, a network learns to predict a pixel from its surroundings.

    Source: Krull, Buchholz and Jug, "Noise2Void: Learning denoising from single noisy images", CVPR
    2019, which masks 64 pixels of a patch of 64 x 64.

    Args:
        cell: side of the cells; a share of 1 / cell^2 of the pixels is replaced, 0.2 % with 22.
        window: side of the window of possible neighbors, odd.

    Raises:
        ValueError: ``cell`` is below 2, or ``window`` is even or below 3; in a call, if targets and
            inputs differ in size.

    Examples:
        >>> x = torch.rand(2, 3, 16, 24)
        >>> y, sample = BlindSpotMask(cell=8)(x, DataSample(gt_img=x))
        >>> changed = (y != x).any(dim=1, keepdim=True)
        >>> changed.sum().item(), changed.equal(sample.weight == 1)
        (12, True)
    """

    hides_pixels = True
    weights_loss = True
    needs_equal_sizes = True

    def __init__(self, *, cell: int = 8, window: int = 11) -> None:
        if cell < 2:
            raise ValueError(f'expected cells of at least 2 x 2 pixels, got {cell}')
        check_window(window)
        self.cell = cell
        self.window = window

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Mask inputs (N, C, H, W)."""
        num, _, height, width = inputs.shape
        target = data_samples.gt_img
        if target.shape[-2:] != inputs.shape[-2:]:
            raise ValueError(
                f'masked pixels need targets of the size of the inputs, {(height, width)}, got '
                f'{tuple(target.shape[-2:])}'
            )
        cells = (num, -(-height // self.cell), -(-width // self.cell))
        draws = torch.randint(self.cell**2, cells, device=inputs.device)
        masked = one_pixel_of_each_cell(draws, height, width, cell=self.cell)
        numbers = torch.empty_like(masked, dtype=torch.int64).random_()
        own = torch.arange(height * width, device=inputs.device).view(height, width)
        places = torch.where(masked, neighbor_places(numbers, window=self.window), own)
        samples = data_samples.new()
        weight = data_samples.get('weight')
        mask = masked.unsqueeze(1).to(inputs.dtype)
        samples.weight = mask if weight is None else mask * weight
        return take_pixels(inputs, places), samples
