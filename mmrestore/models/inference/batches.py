"""Split a batch into network calls of bounded size."""

from __future__ import annotations

import warnings

import torch

MAX_PIXELS = 2**18  # of a call by default; on a CPU larger batches are slower, smaller ones too
# Restormer of 48 channels takes 7.1 KiB a pixel (float32, CPU): 2 GB a call, 14 GB this image.
LARGE_IMAGE = 2_000_000


def check_max_pixels(max_pixels: int | None) -> None:
    """Raise a ``ValueError`` unless ``max_pixels`` is None or positive."""
    if max_pixels is not None and max_pixels < 1:
        raise ValueError(
            f'expected max_pixels to be positive, or None for no bound, got {max_pixels}'
        )


def warn_of_large_images(*, pixels: int, max_pixels: int | None, tiled: bool) -> None:
    """Warn if an image of ``pixels`` is large, above the bound of a call and not ``tiled``.

    Training says nothing: its crops are as large as its config wants them.
    """
    if tiled or torch.is_grad_enabled():
        return
    if max_pixels is not None and pixels > max(max_pixels, LARGE_IMAGE):
        # One text for all images, which Python shows once.
        warnings.warn(
            f'an image of more than {LARGE_IMAGE} pixels goes through the network as a whole: if '
            'memory does not suffice, restore with --tile 512, or put Tile first among the '
            'inference decorators',
            stacklevel=1,
        )


def split_calls(
    num_images: int, num_versions: int, *, pixels: int, max_pixels: int | None
) -> tuple[list[slice], list[slice]]:
    """Divide images, each in several versions, into calls with a bounded number of pixels.

    Args:
        num_images: how many images there are.
        num_versions: how many versions of each go through the network.
        pixels: pixels of a version.
        max_pixels: the most pixels of a call, if that allows one version; None for no bound.

    Returns:
        Slices of the images and of the versions; each pair of them is a call.

    Examples:
        >>> split_calls(3, 2, pixels=100, max_pixels=400)
        ([slice(0, 2, None), slice(2, 3, None)], [slice(0, 2, None)])
        >>> split_calls(1, 8, pixels=100, max_pixels=500)
        ([slice(0, 1, None)], [slice(0, 5, None), slice(5, 8, None)])
    """
    at_once = num_images * num_versions if max_pixels is None else max_pixels // pixels
    return (
        _slices(num_images, max(1, at_once // num_versions)),
        _slices(num_versions, max(1, min(at_once, num_versions))),
    )


def _slices(total: int, step: int) -> list[slice]:
    return [slice(first, min(first + step, total)) for first in range(0, total, step)]
