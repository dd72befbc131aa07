"""Dihedral transforms: the eight symmetries of the square."""

from __future__ import annotations

from torch import Tensor


def dihedral(x: Tensor, k: int, dims: tuple[int, int] = (-2, -1)) -> Tensor:
    """Apply symmetry ``k`` of the square to the plane of ``dims`` (rows, columns).

    The bits of ``k`` are applied in this order: 1 reverses the columns, 2 reverses the rows,
    4 transposes. So 0 is the identity, 3 is a rotation by 180 degrees, 5 and 6 are rotations by 90
    degrees. Without reversal (0 and 4) the result is a view.

    Args:
        x: any tensor with these two dimensions; their sizes are swapped if ``k`` is 4 or more.
        k: 0 to 7.
        dims: dimensions of the rows and the columns.

    Raises:
        ValueError: ``k`` is not one of 0 to 7.

    Examples:
        >>> import torch
        >>> x = torch.tensor([[1, 2], [3, 4]])
        >>> [dihedral(x, k).flatten().tolist() for k in (0, 1, 2, 4)]
        [[1, 2, 3, 4], [2, 1, 4, 3], [3, 4, 1, 2], [1, 3, 2, 4]]
    """
    x = _reverse(x, k, dims)
    return x.transpose(*dims) if k & 4 else x


def inverse_dihedral(x: Tensor, k: int, dims: tuple[int, int] = (-2, -1)) -> Tensor:
    """Undo ``dihedral(x, k, dims)``.

    Raises:
        ValueError: ``k`` is not one of 0 to 7.

    Examples:
        >>> import torch
        >>> x = torch.arange(6).view(2, 3)
        >>> all(inverse_dihedral(dihedral(x, k), k).equal(x) for k in range(8))
        True
    """
    return _reverse(x.transpose(*dims) if k & 4 else x, k, dims)


def _reverse(x: Tensor, k: int, dims: tuple[int, int]) -> Tensor:
    if k not in range(8):
        raise ValueError(f'expected a symmetry k from 0 to 7, got {k!r}')
    reversed_dims = [dim for dim, bit in zip(dims, (2, 1), strict=True) if k & bit]
    return x.flip(reversed_dims) if reversed_dims else x
