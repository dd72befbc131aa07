"""Construction steps that image transformers share."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mmrestore.models.layers.sizes import check_positive

RGB_MEAN = (0.4488, 0.4371, 0.4040)  # of DIV2K


def image_mean(in_channels: int) -> Tensor:
    """Return the mean that is subtracted from images, (1, C, 1, 1): DIV2K's for RGB, else 0.

    Examples:
        >>> image_mean(3).flatten(), image_mean(1).flatten()
        (tensor([0.4488, 0.4371, 0.4040]), tensor([0.]))
    """
    mean = RGB_MEAN if in_channels == 3 else (0.0,) * in_channels
    return torch.tensor(mean).view(1, -1, 1, 1)


def rising_rates(last: float, num: int) -> list[float]:
    """Return the rates of stochastic depth of ``num`` blocks: from 0 to ``last`` in equal steps.

    Examples:
        >>> rising_rates(0.1, 3)
        [0.0, 0.05, 0.1]
    """
    return [last * i / max(1, num - 1) for i in range(num)]


def initialise_linear(module: nn.Module) -> None:
    """Draw the weights of a linear layer, standard deviation 0.02; its biases are 0."""
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def check_stages(channels: int, depths: Sequence[int], num_heads: Sequence[int]) -> None:
    """Check that every stage has a depth, and a number of heads that can share the channels.

    Raises:
        ValueError: it has not.

    Examples:
        >>> check_stages(12, [6, 6], [3, 5])
        Traceback (most recent call last):
        ValueError: embed_channels=12 cannot be split into 5 heads
    """
    if len(depths) != len(num_heads):
        raise ValueError(
            f'depths and num_heads need one number for every stage, got {list(depths)} and '
            f'{list(num_heads)}'
        )
    check_positive('embed_channels', channels)
    for heads in num_heads:
        check_positive('num_heads', heads)
        if channels % heads:
            raise ValueError(f'embed_channels={channels} cannot be split into {heads} heads')
