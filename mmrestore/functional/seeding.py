"""Seeded random draws."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

import torch

from mmrestore.functional.bare_draws import BareDraws

_generators: ContextVar[_Generators | None] = ContextVar('generators', default=None)


@contextmanager
def seeded(seed: int | None, device: torch.device | str = 'cpu') -> Iterator[None]:
    """Seed PyTorch's global generators within this block, and restore their states at the end.

    Draws in the block are those after ``torch.manual_seed(seed)``. Draws after the block are as if
    the block had not run. Draws of other threads during the block are affected; to avoid that, see
    :func:`local_draws`.

    Args:
        seed: the seed; None leaves the generators unchanged.
        device: device whose generator is seeded in addition to the CPU's.

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


class _Generators:
    """Seeded generators by device, created on first use."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.by_device: dict[torch.device, torch.Generator] = {}

    def of(self, device: torch.device) -> torch.Generator:
        if device not in self.by_device:
            self.by_device[device] = torch.Generator(device).manual_seed(self.seed)
        return self.by_device[device]


@contextmanager
def local_draws(seed: int | None) -> Iterator[None]:
    """Seed the draws of the current thread within this block.

    The draws equal those of :func:`seeded`. PyTorch's global generators are not used by draws from
    :func:`random_generator`, nor by calls that omit the generator of a PyTorch function that takes
    one. For functions that take no generator, such as ``torch.rand_like``, see
    :class:`mmrestore.functional.bare_draws.BareDraws`.

    Args:
        seed: the seed; None uses the global generators.

    Examples:
        >>> with seeded(3):
        ...     with local_draws(0):
        ...         local = torch.rand(2, generator=random_generator())
        ...     other = torch.rand(2)
        >>> with seeded(0):
        ...     bool((local == torch.rand(2)).all())
        True
        >>> with seeded(3):
        ...     bool((other == torch.rand(2)).all())
        True
    """
    # Nested blocks share one mode: two modes would both handle a draw.
    is_outermost = seed is not None and _generators.get() is None
    bare: AbstractContextManager = BareDraws(random_generator) if is_outermost else nullcontext()
    token = _generators.set(None if seed is None else _Generators(seed))
    try:
        with bare:
            yield
    finally:
        _generators.reset(token)


def random_generator(device: torch.device | str | None = None) -> torch.Generator | None:
    """Return the generator of :func:`local_draws`; None (PyTorch's global one) outside a block.

    A network, attachment or decorator with random draws at test time passes it to each draw::

        torch.rand(3, device=x.device, generator=random_generator(x.device))

    Args:
        device: device of the draws; the CPU if None.
    """
    generators = _generators.get()
    return None if generators is None else generators.of(torch.device(device or 'cpu'))
