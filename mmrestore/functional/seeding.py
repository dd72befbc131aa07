"""Random numbers that repeat."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

import torch

from mmrestore.functional.bare_draws import BareDraws

_generators: ContextVar[_Generators | None] = ContextVar('generators', default=None)


@contextmanager
def seeded(seed: int | None, device: torch.device | str = 'cpu') -> Iterator[None]:
    """Draw from PyTorch's generators as after ``torch.manual_seed(seed)``; restore them at the end.

    What is drawn afterwards is what would have been drawn without the block. Other threads that
    draw meanwhile are disturbed: see :func:`local_draws`.

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


class _Generators:
    """A generator for each device, made when it is asked for."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.by_device: dict[torch.device, torch.Generator] = {}

    def of(self, device: torch.device) -> torch.Generator:
        if device not in self.by_device:
            self.by_device[device] = torch.Generator(device).manual_seed(self.seed)
        return self.by_device[device]


@contextmanager
def local_draws(seed: int | None) -> Iterator[None]:
    """Seed the draws of this thread in this block.

    The numbers are those of :func:`seeded`. What draws from :func:`random_generator`, or calls a
    random function of PyTorch that takes a generator without giving one, leaves PyTorch's global
    generators untouched; about functions that take none, as ``torch.rand_like``, see
    :class:`mmrestore.functional.bare_draws.BareDraws`.

    Args:
        seed: the seed; None leaves the draws to the global generators.

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
    # One mode serves the blocks inside of it: two would both answer a draw.
    is_outermost = seed is not None and _generators.get() is None
    bare: AbstractContextManager = BareDraws(random_generator) if is_outermost else nullcontext()
    token = _generators.set(None if seed is None else _Generators(seed))
    try:
        with bare:
            yield
    finally:
        _generators.reset(token)


def random_generator(device: torch.device | str | None = None) -> torch.Generator | None:
    """Return what a prediction draws from: None, PyTorch's global generator, outside of one.

    A network, attachment or decorator that is random at test gives it to every draw::

        torch.rand(3, device=x.device, generator=random_generator(x.device))

    Args:
        device: where the numbers are drawn, the CPU by default.
    """
    generators = _generators.get()
    return None if generators is None else generators.of(torch.device(device or 'cpu'))
