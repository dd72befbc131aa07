"""Compare an exported model with PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

# The largest difference that is accepted, in standard deviations of the output.
LIMIT, HALF_LIMIT = 1e-3, 5e-2


class Difference(NamedTuple):
    """Difference between an exported model and PyTorch at one image size.

    - ``size``: number, height and width;
    - ``largest``: the largest absolute difference;
    - ``relative``: that in standard deviations of the output.
    """

    size: tuple[int, int, int]
    largest: float
    relative: float


@torch.inference_mode()
def differences(
    net: nn.Module,
    run: Callable[[Tensor], Tensor],
    sizes: Sequence[tuple[int, int, int]],
    *,
    channels: int,
    half: bool = False,
) -> list[Difference]:
    """Return how much ``run`` differs from ``net`` on random images of each size.

    Args:
        net: the network in PyTorch.
        run: the exported one, float32 in and out, or float16.
        sizes: numbers, heights and widths.
        channels: channels of the images.
        half: whether ``run`` takes float16.

    Examples:
        >>> net = nn.Identity()
        >>> differences(net, lambda x: 2 * x - x, [(1, 8, 8)], channels=3)[0].largest
        0.0
    """
    found = []
    generator = torch.Generator().manual_seed(0)
    for batch, height, width in sizes:
        x = torch.rand(batch, channels, height, width, generator=generator)
        x = x.half() if half else x
        expected, y = net(x.float()), run(x).float()
        if y.shape != expected.shape:
            raise ValueError(
                f'of {tuple(x.shape)} the exported model makes {tuple(y.shape)}, PyTorch '
                f'{tuple(expected.shape)}: it is not written'
            )
        # max() of a tensor with a NaN is NaN
        largest = float((y - expected).abs().max())
        spread = float(expected.std()) or 1.0
        found.append(Difference((batch, height, width), largest, largest / spread))
    return found


def check_differences(found: Sequence[Difference], *, what: str, half: bool = False) -> None:
    """Refuse a model that differs from PyTorch.

    Raises:
        ValueError: it differs by more than ``LIMIT``, or ``HALF_LIMIT`` in float16, standard
            deviations of the output, or is not finite.

    Examples:
        >>> check_differences([Difference((1, 8, 8), 0.5, 1.0)], what='ONNX')
        Traceback (most recent call last):
        ValueError: ONNX differs from PyTorch by 0.5 ...
    """
    limit = HALF_LIMIT if half else LIMIT
    for size, largest, relative in found:
        if not relative <= limit:
            batch, height, width = size
            raise ValueError(
                f'{what} differs from PyTorch by {largest:.2g} on {batch} images of {height} x '
                f'{width}, {relative:.2g} standard deviations of the output where {limit:g} is '
                'accepted: it is not written'
            )
