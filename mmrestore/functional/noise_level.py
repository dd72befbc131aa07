"""Noise levels: allowed values, ranges, random draws and broadcasting to image batches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real

import torch
from torch import Tensor


@dataclass(frozen=True)
class NoiseLevel:
    """Kind of noise level with its range of allowed values.

    Args:
        meaning: description of the allowed values for error messages.
        least: smallest allowed value.
        most: largest allowed value.
        whole: True allows only whole numbers.

    Examples:
        >>> NoiseLevel('a density in [0, 1]', most=1).check(2)
        Traceback (most recent call last):
        ValueError: expected a density in [0, 1], got 2
    """

    meaning: str
    least: float = 0
    most: float = math.inf
    whole: bool = False

    def allows(self, value: float) -> bool:
        """Return True if ``value`` is a number and an allowed level."""
        if not isinstance(value, Real) or not self.least <= value <= self.most:
            return False
        return not self.whole or value == int(value)

    def check(self, value: float) -> None:
        """Check that ``value`` is an allowed level.

        Raises:
            ValueError: it is not allowed.
        """
        if not self.allows(value):
            raise ValueError(f'expected {self.meaning}, got {value!r}')

    def pair(self, value: float | tuple[float, float]) -> tuple[float, float]:
        """Return the range (low, high) of a pair or of one number.

        Raises:
            ValueError: ``value`` is neither, the pair is not ordered, or a level is not allowed.

        Examples:
            >>> NoiseLevel('a variance of at least 0').pair(0.5)
            (0.5, 0.5)
        """
        values = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
        if len(values) != 2 or not all(map(self.allows, values)) or values[0] > values[1]:
            raise ValueError(
                f'expected {self.meaning}, or a pair (low, high) of such values, got {value!r}'
            )
        return values

    def draw(self, low: float, high: float, x: Tensor) -> float | Tensor:
        """Draw a uniform level for each image of ``x`` (N, ...): (N,), or ``low`` if low == high.

        Whole numbers are drawn from low to high, both included.
        """
        if low == high:
            return low
        if self.whole:
            return torch.randint(int(low), int(high) + 1, (len(x),), device=x.device)
        return torch.empty(len(x), device=x.device).uniform_(low, high)

    def for_images(self, value: float | Tensor, x: Tensor) -> float | Tensor:
        """Return a level in a shape that broadcasts to images ``x`` (N, ...).

        Values in a tensor are not checked, because that would synchronize the device.

        Raises:
            TypeError: the images are not floating point.
            ValueError: a number is not allowed, or a tensor does not hold one level per image.

        Examples:
            >>> variance = NoiseLevel('a variance of at least 0')
            >>> variance.for_images(torch.ones(2), torch.zeros(2, 3, 4, 5)).shape
            torch.Size([2, 1, 1, 1])
        """
        if not x.is_floating_point():
            raise TypeError(
                f'expected floating-point images in [0, 1], got {x.dtype}: divide by 255'
            )
        if not isinstance(value, Tensor):
            self.check(value)
            return value
        if value.ndim == 0:
            return value
        if tuple(value.shape) != (len(x),):
            raise ValueError(
                f'expected one level, or one for each of {len(x)} images, got shape '
                f'{tuple(value.shape)}'
            )
        return value.to(x).view(-1, *[1] * (x.ndim - 1))


SIGMA = NoiseLevel('a standard deviation of at least 0 gray levels')
VARIANCE = NoiseLevel('a variance of at least 0')
AMPLIFICATION = NoiseLevel('an amplification of at least 0')
DENSITY = NoiseLevel('a density in [0, 1]', most=1)
QUALITY = NoiseLevel('a JPEG quality, a whole number from 1 to 100', least=1, most=100, whole=True)
MIXTURE = NoiseLevel('a mixture level, a whole number from 1 to 5', least=1, most=5, whole=True)
