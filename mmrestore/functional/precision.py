"""Floating-point types in which networks compute."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

DTYPES = ('float32', 'bfloat16', 'float16')


def dtype_named(dtype: str | torch.dtype) -> torch.dtype:
    """Return a type of ``DTYPES``, by its name or PyTorch's.

    Raises:
        ValueError: it is none of these.

    Examples:
        >>> dtype_named('float16')
        torch.float16
    """
    name = str(dtype).removeprefix('torch.')
    if name not in DTYPES:
        raise ValueError(f'expected a dtype of {", ".join(DTYPES)}, got {dtype!r}')
    return getattr(torch, name)


def choose_dtype(dtype: str | torch.dtype, device: torch.device | str) -> torch.dtype:
    """Return the type in which a network computes.

    Args:
        dtype: ``float32``, ``bfloat16`` or ``float16``, by name or PyTorch's.
        device: where it computes.

    Raises:
        ValueError: it is none of these, or the device does not compute in it.

    Examples:
        >>> choose_dtype('bfloat16', 'cpu')
        torch.bfloat16
    """
    chosen, device = dtype_named(dtype), torch.device(device)
    if chosen == torch.float32:
        return chosen
    try:
        with torch.autocast(device.type, chosen):
            computes = torch.is_autocast_enabled(device.type)  # else PyTorch has warned
    except RuntimeError:
        computes = False
    if not computes:
        raise ValueError(f'{device} does not compute in {dtype}: use float32')
    return chosen


@contextmanager
def computing_in(dtype: torch.dtype, device: torch.device | str) -> Iterator[None]:
    """Run networks in a type within a ``with`` block, by autocast; float32 changes nothing.

    Examples:
        >>> with computing_in(torch.bfloat16, 'cpu'):
        ...     (torch.ones(2, 2) @ torch.ones(2, 2)).dtype
        torch.bfloat16
    """
    if dtype == torch.float32:
        yield
        return
    with torch.autocast(torch.device(device).type, dtype):
        yield
