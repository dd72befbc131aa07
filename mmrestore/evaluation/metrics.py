"""PSNR and SSIM metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from torch import Tensor

from mmrestore.evaluation.alignment import align
from mmrestore.evaluation.base import ImageMetric
from mmrestore.functional.image_quality import SSIM_WINDOW, Channel, psnr, round_to_8_bit, ssim
from mmrestore.registry import METRICS


class _PixelMetric(ImageMetric):
    """Shared options of PSNR and SSIM."""

    function: Callable[..., Tensor]
    least_side = 1

    def __init__(
        self,
        *,
        channel: Channel = 'rgb',
        crop_border: int = 0,
        rounded: bool = True,
        align: bool = False,
        name: str | None = None,
        of: str = 'prediction',
        datasets: Sequence[str] | None = None,
    ) -> None:
        super().__init__(name=name, of=of, datasets=datasets)
        if channel not in ('rgb', 'y'):
            raise ValueError(f"expected channel 'rgb' or 'y', got {channel!r}")
        if crop_border < 0:
            raise ValueError(f'expected a border of at least 0 pixels, got {crop_border}')
        self.channel = channel
        self.crop_border = crop_border
        self.rounded = rounded
        self.align = align

    def _protocol(self, what: str) -> str:
        border = self.crop_border
        parts = (
            what,
            self._channels(),
            'rounded to 8 bit' if self.rounded else 'neither clamped nor rounded',
            *(['aligned with the target by ECC, masked'] if self.align else []),
            f'border of {border} pixels cropped' if border else 'no border cropped',
            'mean over images',
        )
        return ', '.join(parts)

    def _channels(self) -> str:
        """Describe the compared channels of the images measured so far."""
        colors = 'RGB' if self.channel == 'rgb' else 'Y (BT.601, studio range)'
        gray = 'gray (full range)'
        if self.channels == {1}:
            return gray
        return f'{colors}, of gray images {gray}' if 1 in self.channels else colors

    @property
    def minimum_side(self) -> int:  # type: ignore[override]
        """Minimum height and width of an image in pixels, including the cropped border."""
        return self.least_side + 2 * self.crop_border

    def measure(self, pred: Tensor, target: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the value of each image, (N,), over the pixels of the mask (N, 1, H, W)."""
        return self.function(
            pred,
            target,
            channel=self.channel,
            crop_border=self.crop_border,
            rounded=self.rounded and not self.align,
            mask=mask,
        )

    def measure_one(self, pred: Tensor, target: Tensor) -> Tensor:
        """Return the value of one image, (), after alignment if ``align`` is set."""
        if not self.align:
            return super().measure_one(pred, target)
        pred, target, mask = aligned(pred, target, self.rounded)
        return self.measure(pred[None], target[None], mask[None]).squeeze(0)


@lru_cache(maxsize=1)  # the metrics of an evaluator get the same tensors in succession
def aligned(pred: Tensor, target: Tensor, rounded: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return aligned prediction, target and mask; both images are optionally rounded before."""
    if rounded:
        pred, target = round_to_8_bit(pred), round_to_8_bit(target)
    pred, mask = align(pred, target)
    return pred, target, mask


@METRICS.register_module()
class PSNR(_PixelMetric):
    """Peak signal-to-noise ratio in dB, the mean over images of ``functional.psnr``.

    A single image identical to its target makes the mean infinite.

    Args:
        channel: 'rgb' for all channels, 'y' for the luma.
        crop_border: number of pixels excluded at each side.
        rounded: clamp and round both images to 8 bit.
        align: align the prediction with its target first, as the RealBlur benchmark does; see
            ``align``.
        name: name of the results.
        of: ``prediction`` or ``input``.
        datasets: names of the data sets to measure; all data sets if None.

    Raises:
        ValueError: an option is outside its range.

    Examples:
        >>> import torch
        >>> metric = PSNR(channel='y', crop_border=4)
        >>> metric.protocol
        'PSNR in dB, Y (BT.601, studio range), rounded to 8 bit, border of 4 pixels cropped, mean over images'
        >>> PSNR().measure(torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), 0.2))
        tensor([13.9794], dtype=torch.float64)
    """  # noqa: E501

    function = staticmethod(psnr)

    @property
    def protocol(self) -> str:
        """Evaluation protocol in one line."""
        return self._protocol('PSNR in dB')


@METRICS.register_module()
class SSIM(_PixelMetric):
    """Structural similarity, the mean over images of ``functional.ssim``.

    Args:
        channel: 'rgb' for the mean over all channels, 'y' for the luma.
        crop_border: number of pixels excluded at each side.
        rounded: clamp and round both images to 8 bit.
        align: align the prediction with its target first, as the RealBlur benchmark does; see
            ``align``.
        name: name of the results.
        of: ``prediction`` or ``input``.
        datasets: names of the data sets to measure; all data sets if None.

    Raises:
        ValueError: an option is outside its range.

    Examples:
        >>> import torch
        >>> x = torch.rand(1, 3, 11, 12)
        >>> round(SSIM(channel='y').measure(x, x).item(), 9)
        1.0
    """

    function = staticmethod(ssim)
    least_side = SSIM_WINDOW

    @property
    def protocol(self) -> str:
        """Evaluation protocol in one line."""
        return self._protocol('SSIM, 11 x 11 Gaussian window of sigma 1.5')
