"""Memory use of a network, and free memory."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from mmrestore.functional.seeding import local_draws

# What kernels take for themselves beside the tensors that are seen: 1.0 to 1.6 of these, measured.
WORKSPACE = 1.7
UNKNOWN = 2 * 2**30  # bytes that are taken to be free where nothing tells
CGROUP = Path('/sys/fs/cgroup')
MESSAGES = (
    *('out of memory', "can't allocate memory", 'not enough memory', 'bad_alloc'),
    *('could not create a memory', 'failed to allocate', 'bad allocation'),
)


class MemoryUse(NamedTuple):
    """Bytes that a network takes for an image: ``bytes * (pixels / at) ** exponent``."""

    bytes: float
    at: int
    exponent: float

    def of(self, pixels: int) -> float:
        """Return the bytes for an image of so many pixels."""
        return self.bytes * (pixels / self.at) ** self.exponent

    def pixels(self, budget: float) -> int:
        """Return how many pixels take a number of bytes.

        Examples:
            >>> MemoryUse(1000, at=100, exponent=2).pixels(4000)
            200
        """
        return int(self.at * (budget / self.bytes) ** (1 / self.exponent))


def measure_memory(net: Callable[[Tensor], Tensor], x: Tensor, sides: tuple[int, int]) -> MemoryUse:
    """Measure what a network takes, on a small and a larger image.

    Args:
        net: the network; it is called twice.
        x: any tensor (N, C, ...) of the channels, type and device of the images.
        sides: of the two images, sizes that the network takes.
    """
    small, large = sides
    peaks = [_peak(net, x, side) for side in sides]
    # Attention over the whole image takes more than in proportion, constant parts less.
    exponent = max(math.log(peaks[1] / peaks[0], (large / small) ** 2), 1.0)
    return MemoryUse(WORKSPACE * peaks[1], at=large * large, exponent=exponent)


def _peak(net: Callable[[Tensor], Tensor], x: Tensor, side: int) -> int:
    image = torch.rand(1, x.shape[1], side, side, generator=torch.Generator().manual_seed(0))
    # What the network draws here must not change what it draws after.
    with local_draws(0), _LiveBytes() as live:
        net(image.to(x))
    return max(live.peak, 1)


class _LiveBytes(TorchDispatchMode):
    """Counts the bytes of all tensors that are made in a block and still used."""

    def __init__(self) -> None:
        super().__init__()
        self.peak = self.now = 0
        self._known: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, Tensor):
                self._add(tensor.untyped_storage())
        return made

    def _add(self, storage: Any) -> None:
        key = storage._cdata
        if key not in self._known:
            self._known.add(key)
            self.now += storage.nbytes()
            self.peak = max(self.peak, self.now)
            weakref.finalize(storage, self._remove, key, storage.nbytes())

    def _remove(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.now -= size


def free_memory(device: torch.device) -> int:
    """Return the bytes that a process may still take on a device, as far as the system tells.

    On the CPU limits of the address space (``ulimit -v``) and of containers count too.
    """
    if device.type == 'cuda':
        cached = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return torch.cuda.mem_get_info(device)[0] + cached
    return max(min(_free_cpu_memory(), default=UNKNOWN), 0)


def _free_cpu_memory() -> Iterator[int]:
    with suppress(OSError, KeyError, ValueError):
        yield _fields('/proc/meminfo')['MemAvailable'] * 1024
    with suppress(ImportError, OSError, KeyError, ValueError):
        import resource  # not on Windows

        status = _fields('/proc/self/status')
        for limit, used in ((resource.RLIMIT_AS, 'VmSize'), (resource.RLIMIT_DATA, 'VmData')):
            soft = resource.getrlimit(limit)[0]
            if soft != resource.RLIM_INFINITY:
                yield soft - status[used] * 1024
    for most, taken in (
        (CGROUP / 'memory.max', CGROUP / 'memory.current'),
        (CGROUP / 'memory/memory.limit_in_bytes', CGROUP / 'memory/memory.usage_in_bytes'),
    ):
        with suppress(OSError, ValueError):  # 'max': no limit
            yield int(most.read_text()) - int(taken.read_text())


def _fields(file: str) -> dict[str, int]:
    lines = (line.split() for line in Path(file).read_text().splitlines())
    return {words[0].rstrip(':'): int(words[1]) for words in lines if words[-1] == 'kB'}


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error reports that GPU or CPU memory has run out.

    Examples:
        >>> is_out_of_memory(MemoryError()), is_out_of_memory(RuntimeError('CUDA out of memory.'))
        (True, True)
        >>> is_out_of_memory(RuntimeError('size mismatch'))
        False
    """
    text = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(message in text for message in MESSAGES)
    )
