"""PSNR and SSIM of a data set."""

from __future__ import annotations

from torch import Tensor

from mmrestore.evaluation.base import ImageMetric
from mmrestore.functional.image_quality import Channel, psnr, ssim
from mmrestore.registry import METRICS


class _PixelMetric(ImageMetric):
    """The options that PSNR and SSIM share."""

    def __init__(
        self,
        *,
        channel: Channel = 'rgb',
        crop_border: int = 0,
        rounded: bool = True,
        name: str | None = None,
        of: str = 'prediction',
    ) -> None:
        super().__init__(name=name, of=of)
        if channel not in ('rgb', 'y'):
            raise ValueError(f"expected channel 'rgb' or 'y', got {channel!r}")
        if crop_border < 0:
            raise ValueError(f'expected a border of at least 0 pixels, got {crop_border}')
        self.channel = channel
        self.crop_border = crop_border
        self.rounded = rounded

    def _protocol(self, what: str) -> str:
        border = self.crop_border
        parts = (
            what,
            'RGB' if self.channel == 'rgb' else 'Y (BT.601, studio range)',
            'rounded to 8 bit' if self.rounded else 'neither clamped nor rounded',
            f'border of {border} pixels cropped' if border else 'no border cropped',
            'mean over images',
        )
        return ', '.join(parts)


@METRICS.register_module()
class PSNR(_PixelMetric):
    """Peak signal-to-noise ratio in dB, the mean over images of ``functional.psnr``.

    One image that equals its target makes the mean infinite.

    Args:
        channel: 'rgb' for all channels, 'y' for the luma.
        crop_border: pixels left out at each side.
        rounded: clamp and round both images to 8 bit.
        name: what results are called.
        of: ``prediction`` or ``input``.

    Raises:
        ValueError: an option is out of range.

    Examples:
        >>> import torch
        >>> metric = PSNR(channel='y', crop_border=4)
        >>> metric.protocol
        'PSNR in dB, Y (BT.601, studio range), rounded to 8 bit, border of 4 pixels cropped, mean over images'
        >>> PSNR().measure(torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), 0.2))
        tensor([13.9794], dtype=torch.float64)
    """  # noqa: E501

    @property
    def protocol(self) -> str:
        """What exactly is measured, in one line."""
        return self._protocol('PSNR in dB')

    def measure(self, pred: Tensor, target: Tensor) -> Tensor:
        """Return the PSNR of each image, (N,) in dB."""
        return psnr(
            pred,
            target,
            channel=self.channel,
            crop_border=self.crop_border,
            rounded=self.rounded,
        )


@METRICS.register_module()
class SSIM(_PixelMetric):
    """Structural similarity, the mean over images of ``functional.ssim``.

    Args:
        channel: 'rgb' for the mean over all channels, 'y' for the luma.
        crop_border: pixels left out at each side.
        rounded: clamp and round both images to 8 bit.
        name: what results are called.
        of: ``prediction`` or ``input``.

    Raises:
        ValueError: an option is out of range.

    Examples:
        >>> import torch
        >>> x = torch.rand(1, 3, 11, 12)
        >>> round(SSIM(channel='y').measure(x, x).item(), 9)
        1.0
    """

    @property
    def protocol(self) -> str:
        """What exactly is measured, in one line."""
        return self._protocol('SSIM, 11 x 11 Gaussian window of sigma 1.5')

    def measure(self, pred: Tensor, target: Tensor) -> Tensor:
        """Return the SSIM of each image, (N,)."""
        return ssim(
            pred,
            target,
            channel=self.channel,
            crop_border=self.crop_border,
            rounded=self.rounded,
        )
