"""Random pixel masks."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from mmrestore.functional.complementary_masks import (
    MaskScheme,
    check_branches,
    hide_pixels,
    random_branches,
)
from mmrestore.functional.masks import mask_vectors, random_mask, random_ratios, ratio_range
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


@BATCH_TRANSFORMS.register_module()
class RandomPixelMask(BatchTransform):
    """Replace random input pixels, in all channels, by a constant; targets are unchanged.

    Source: the released code of "Masked image training for generalizable deep image denoising". It
    masks pixels with the value -0.1, whereas the paper masks tokens. After a 1x1 embedding with
    bias, both give a constant token.

    Args:
        ratio: probability in [0, 1] that a pixel is masked, or a pair (low, high) from which it is
            drawn uniformly for each image. A schedule may change it during training.
        value: value of masked pixels.
        whole_percent: draw ratios in steps of 0.01, as the released code does.

    Raises:
        ValueError: a ratio is not in [0, 1].

    Examples:
        >>> import torch
        >>> x = torch.full((1, 3, 100, 100), 0.5)
        >>> masked, _ = RandomPixelMask(0.8)(x, DataSample(gt_img=x))
        >>> masked.unique().tolist(), round((masked < 0).float().mean().item(), 1)
        ([-0.10000000149011612, 0.5], 0.8)
    """

    hides_pixels = True

    def __init__(
        self, ratio: float | Sequence[float], *, value: float = -0.1, whole_percent: bool = True
    ) -> None:
        self.ratio = ratio
        self.value = value
        self.whole_percent = whole_percent

    @property
    def ratio(self) -> tuple[float, float]:
        """Smallest and largest probability that a pixel is masked."""
        return self._ratio

    @ratio.setter
    def ratio(self, value: float | Sequence[float]) -> None:
        self._ratio = ratio_range(value)

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Mask inputs (N, C, H, W)."""
        num, _, height, width = inputs.shape
        ratios = random_ratios(
            num, *self.ratio, whole_percent=self.whole_percent, device=inputs.device
        )
        keep = random_mask((num, height, width), ratios.view(-1, 1, 1), device=inputs.device)
        return mask_vectors(inputs, keep, channel_dim=1, token=self.value), data_samples


@BATCH_TRANSFORMS.register_module()
class PixelMask(BatchTransform):
    """Set random input pixels to zero, and restrict the loss to the masked pixels.

    Each pixel is masked independently with probability 1 / ``num_branches``, as by the first of
    ``num_branches`` complementary masks; the decorator ``ComplementaryMasks`` uses all of them at
    test time. Targets are unchanged; the loss weight is 1 at masked pixels and 0 elsewhere. With
    noisy targets, any network learns to predict a pixel from the unmasked pixels.

    Source: Liao et al., "Asymmetric mask scheme for self-supervised real image
    denoising" (AMSNet), ECCV 2024, equation 4; with an L1 loss, the mean over the masked elements.

    Args:
        num_branches: number of complementary masks, the reciprocal of the probability.
        per_channel: mask each channel of a pixel independently instead of all channels together.

    Raises:
        ValueError: ``num_branches`` is below 2; in a call, if targets and inputs differ in size.

    Examples:
        >>> import torch
        >>> x = torch.ones(1, 3, 40, 50)
        >>> y, sample = PixelMask()(x, DataSample(gt_img=x))
        >>> y.equal((1 - sample.weight).expand(1, 3, 40, 50)), round(y.mean().item(), 1)
        (True, 0.5)
    """

    hides_pixels = True
    weights_loss = True
    needs_equal_sizes = True

    def __init__(self, *, num_branches: int = 2, per_channel: bool = False) -> None:
        check_branches(num_branches)
        self.num_branches = num_branches
        self.per_channel = per_channel
        self.mask_scheme = MaskScheme(num_branches, per_channel)

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Mask inputs (N, C, H, W)."""
        target = data_samples.gt_img
        if target.shape[-2:] != inputs.shape[-2:]:
            raise ValueError(
                'masked pixels need targets of the size of the inputs, '
                f'{tuple(inputs.shape[-2:])}, got {tuple(target.shape[-2:])}'
            )
        branches = random_branches(
            inputs, num_branches=self.num_branches, per_channel=self.per_channel
        )
        samples = data_samples.new()
        mask = (branches == 0).to(inputs.dtype)
        weight = data_samples.get('weight')
        if weight is not None:
            mask = (mask.unsqueeze(1) if weight.ndim == 5 else mask) * weight
        samples.weight = mask
        return hide_pixels(inputs, branches, range(1)).squeeze(0), samples
