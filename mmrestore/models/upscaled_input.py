"""The input itself, usable in place of a network."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.functional.resize import resize
from mmrestore.registry import MODELS


@MODELS.register_module()
class UpscaledInput(nn.Module):
    """The input, upscaled bicubically; with scale 1 it stays as it is.

    What a network must exceed. It has no parameters.

    Args:
        scale: height and width of the output divided by those of the input.

    Raises:
        ValueError: ``scale`` is not positive.

    Examples:
        >>> import torch
        >>> x = torch.rand(1, 3, 4, 4)
        >>> UpscaledInput()(x).equal(x), UpscaledInput(scale=2)(x).shape[-1]
        (True, 8)
    """

    size_multiple = 1

    def __init__(self, *, scale: int = 1) -> None:
        super().__init__()
        if scale < 1:
            raise ValueError(f'scale must be at least 1, got {scale}')
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        """Upscale images (N, C, H, W)."""
        return x if self.scale == 1 else resize(x, scale=self.scale)
