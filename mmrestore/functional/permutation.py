"""Random permutations of the pixels of an image."""

from __future__ import annotations

import torch
from torch import Tensor


def random_permutation(
    *shape: int,
    device: torch.device | str | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draw independent uniform permutations of ``shape[-1]`` elements, int64 of shape ``shape``.

    Each permutation sorts random keys of 63 bits. Equal keys would favor some permutations: 4 of 10
    rows of 4096 ``torch.rand`` keys (24 bits) contain equal keys. On a CPU, sorting integers is
    also faster than sorting floats.

    Args:
        shape: batch shape of the permutations, followed by the number of elements.
        device: device of the result.
        generator: random generator on that device; the device's default generator if None.

    Raises:
        ValueError: ``shape`` is empty.

    Examples:
        >>> permutation = random_permutation(2, 3, 5)
        >>> permutation.sort(dim=-1).values[1, 2]
        tensor([0, 1, 2, 3, 4])
    """
    if not shape:
        raise ValueError('expected the number of elements as last positional argument, got none')
    keys = torch.empty(shape, dtype=torch.int64, device=device).random_(generator=generator)
    return keys.argsort(dim=-1)


def invert_permutation(permutation: Tensor) -> Tensor:
    """Return the inverse permutations, int64 of shape (..., n).

    Examples:
        >>> invert_permutation(torch.tensor([2, 0, 1]))
        tensor([1, 2, 0])
    """
    positions = torch.arange(permutation.shape[-1], device=permutation.device)
    return torch.empty_like(permutation).scatter_(-1, permutation, positions.expand_as(permutation))


def permute_pixels(x: Tensor, permutation: Tensor) -> Tensor:
    """Permute the pixels of each image: pixel ``i`` is taken from pixel ``permutation[i]``.

    Pixels are numbered in row-major order. Values are moved unchanged, in any dtype.

    Args:
        x: images (N, C, H, W), or (N, K, C, H, W) with the same permutation for K images.
        permutation: int64 (N, C, H*W), or (N, 1, H*W) for all channels of an image together.

    Raises:
        ValueError: the shapes do not match.

    Examples:
        >>> x = torch.tensor([[[[1, 2], [3, 4]]]])
        >>> permute_pixels(x, torch.tensor([[[3, 0, 1, 2]]]))
        tensor([[[[4, 1],
                  [2, 3]]]])
    """
    if x.ndim not in (4, 5):
        raise ValueError(f'expected images (N, C, H, W) or (N, K, C, H, W), got {tuple(x.shape)}')
    num, channels, (height, width) = x.shape[0], x.shape[-3], x.shape[-2:]
    allowed = [(num, c, height * width) for c in (channels, 1)]
    if tuple(permutation.shape) not in allowed:
        raise ValueError(
            f'for images {tuple(x.shape)} expected a permutation of shape {allowed[0]}, or '
            f'{allowed[1]} for all channels, got {tuple(permutation.shape)}'
        )
    flat = x.flatten(-2)
    index = permutation if x.ndim == 4 else permutation.unsqueeze(1)
    return flat.gather(-1, index.expand_as(flat)).view_as(x)
