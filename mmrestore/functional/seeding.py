"""Random numbers that repeat."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded(seed: int | None, device: torch.device | str = 'cpu') -> Iterator[None]:
    """Draw from PyTorch's generators as after ``torch.manual_seed(seed)``; restore them at the end.

    What is drawn afterwards is what would have been drawn without the block.

    Args:
        seed: the seed; None leaves the generators alone.
        device: a device beside the CPU whose generator is seeded too.

    Examples:
        >>> with seeded(0):
        ...     first = torch.rand(2)
        >>> with seeded(0):
        ...     second = torch.rand(2)
        >>> bool((first == second).all())
        True
    """
    if seed is None:
        yield
        return
    device = torch.device(device)
    devices = [device] if device.type == 'cuda' else []
    with torch.random.fork_rng(devices=devices):
        torch.random.default_generator.manual_seed(seed)
        if devices:
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        yield
