"""Random masks of tokens and pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real

import torch
from torch import Tensor


def ratio_range(ratio: float | Sequence[float]) -> tuple[float, float]:
    """Return the smallest and largest ratio of ``ratio``, which is a number or a pair.

    Raises:
        ValueError: a ratio is not in [0, 1], or the pair is not ordered.

    Examples:
        >>> ratio_range(0.75), ratio_range([0.75, 0.85])
        ((0.75, 0.75), (0.75, 0.85))
    """
    values = tuple(ratio) if isinstance(ratio, Sequence) else (ratio, ratio)
    are_numbers = len(values) == 2 and all(isinstance(value, Real) for value in values)
    if not are_numbers or not 0 <= values[0] <= values[1] <= 1:
        raise ValueError(
            f'expected a ratio in [0, 1] or a pair (low, high) of ratios, got {ratio!r}: 0.75 '
            'masks three of four'
        )
    low, high = values
    return low, high


def random_ratios(
    num: int,
    low: float | Tensor,
    high: float | Tensor,
    *,
    whole_percent: bool = True,
    device: torch.device | str | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draw ratios uniformly from [low, high].

    Args:
        num: number of ratios.
        low: smallest ratio, a number or a 0-dimensional tensor.
        high: largest ratio.
        whole_percent: draw from ``low``, ``low`` + 0.01, ... up to ``high``, all equally likely, as
            the released code of masked training does; False draws from the continuous interval.
        device: device of the result.
        generator: random generator on that device.

    Returns:
        (num,), float32.

    Examples:
        >>> random_ratios(2, 0.75, 0.75)
        tensor([0.7500, 0.7500])
    """
    draws = torch.rand(num, device=device, generator=generator)
    if not whole_percent:
        return low + (high - low) * draws
    percents = 100 * (high - low) + 1e-3  # 0.85 - 0.75 is a little less than 0.1
    percents = percents.floor() if isinstance(percents, Tensor) else math.floor(percents)
    return low + (draws * (percents + 1)).floor().clamp_(max=percents) / 100


def random_mask(
    shape: Sequence[int],
    ratio: float | Tensor,
    *,
    device: torch.device | str | None = None,
    generator: torch.Generator | None = None,
    draws: Tensor | None = None,
) -> Tensor:
    """Draw a mask that masks each element independently with probability ``ratio``.

    Args:
        shape: shape of the mask.
        ratio: one number, or a tensor that broadcasts to ``shape``.
        device: device of the mask.
        generator: random generator on that device.
        draws: numbers in [0, 1) of that shape, used instead of a draw; elements below ``ratio`` are
            masked.

    Returns:
        Boolean, True where an element is kept.

    Raises:
        ValueError: ``draws`` has another shape.

    Examples:
        >>> random_mask((3,), 0.5, draws=torch.tensor([0.2, 0.7, 0.5]))
        tensor([False,  True,  True])
    """
    if draws is None:
        # torch.rand with a generator, even None, cannot be compiled for dynamic sizes.
        draws = torch.empty(tuple(shape), device=device).uniform_(generator=generator)
    elif tuple(draws.shape) != tuple(shape):
        raise ValueError(f'expected draws of shape {tuple(shape)}, got {tuple(draws.shape)}')
    return draws >= ratio


def mask_vectors(
    x: Tensor, keep: Tensor, *, channel_dim: int, token: float | Tensor = 0.0
) -> Tensor:
    """Replace masked vectors along ``channel_dim`` by a mask token.

    Args:
        x: vectors of C numbers, such as (N, C, H, W) with ``channel_dim=1`` or (windows, pixels, C)
            with ``channel_dim=-1``.
        keep: boolean, True where a vector is kept; the shape of ``x`` without ``channel_dim``.
        channel_dim: channel axis.
        token: mask token, one number for all channels or (C,).

    Raises:
        ValueError: ``keep`` or ``token`` has the wrong shape.

    Examples:
        >>> x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> mask_vectors(x, torch.tensor([True, False]), channel_dim=-1)
        tensor([[1., 2.],
                [0., 0.]])
    """
    channel_dim %= x.ndim
    expected = (*x.shape[:channel_dim], *x.shape[channel_dim + 1 :])
    if tuple(keep.shape) != expected:
        raise ValueError(f'expected a mask of shape {expected}, got {tuple(keep.shape)}')
    keep = keep.unsqueeze(channel_dim)
    if not isinstance(token, Tensor):
        # Products of different dtypes are slow on CPUs.
        return x * keep.to(x.dtype) if token == 0 else torch.where(keep, x, token)
    if tuple(token.shape) != (x.shape[channel_dim],):
        raise ValueError(
            f'expected a mask token of {x.shape[channel_dim]} channels, got {tuple(token.shape)}'
        )
    return torch.where(keep, x, token.to(x.dtype).view(-1, *[1] * (x.ndim - 1 - channel_dim)))
