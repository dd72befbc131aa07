"""Scalars of training iterations, transferred from the device without waiting for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

Values = list[tuple[str, float]]
Listener = Callable[[int, Values], None]


class _Sent(NamedTuple):
    iteration: int
    names: list[str]
    values: Tensor  # on the host, valid after `event`
    event: Any

    def received(self) -> Values:
        self.event.synchronize()
        return list(zip(self.names, self.values.tolist(), strict=True))


class DelayedScalars:
    """Deliver the scalars of each iteration to listeners, one iteration late on a GPU.

    Reading a scalar of a GPU waits until all that was queued before it is computed, so that no work
    is queued meanwhile. The scalars of an iteration are copied to pinned memory in one transfer and
    are read while the next iteration is computed. On a CPU they are delivered at once. Iterations
    are delivered in order, and each to all listeners in the order in which they were added.

    Examples:
        >>> scalars = DelayedScalars()
        >>> scalars.listeners.append(lambda iteration, values: print(iteration, values))
        >>> scalars.put(7, [('loss', torch.tensor(0.5))])
        7 [('loss', 0.5)]
    """

    def __init__(self) -> None:
        self.listeners: list[Listener] = []
        self._sent: deque[_Sent] = deque()

    def put(self, iteration: int, scalars: Sequence[tuple[str, Tensor]]) -> None:
        """Send the scalars of an iteration, tensors of one element, and deliver those before it."""
        names = [name for name, _ in scalars]
        values = [value.detach().reshape(()) for _, value in scalars]
        if _on_host(values):
            self.flush()
            self._deliver(iteration, list(zip(names, (v.item() for v in values), strict=True)))
            return
        self._sent.append(_Sent(iteration, names, *_copied(values)))
        while len(self._sent) > 1:
            self._deliver_first()

    def flush(self) -> None:
        """Wait for all scalars that were sent, and deliver them."""
        while self._sent:
            self._deliver_first()

    def _deliver_first(self) -> None:
        sent = self._sent.popleft()
        self._deliver(sent.iteration, sent.received())

    def _deliver(self, iteration: int, values: Values) -> None:
        for listener in self.listeners:
            listener(iteration, values)


def _on_host(values: Sequence[Tensor]) -> bool:
    return all(value.device.type == 'cpu' for value in values)


def _copied(values: Sequence[Tensor]) -> tuple[Tensor, Any]:
    """Return the values in pinned memory, and the event after which they are there."""
    device = next(value.device for value in values if value.device.type != 'cpu')
    stacked = torch.stack([value.to(device, torch.float64, non_blocking=True) for value in values])
    host = torch.empty(stacked.shape, dtype=stacked.dtype, pin_memory=True)
    host.copy_(stacked, non_blocking=True)
    event = torch.cuda.Event()
    event.record()
    return host, event
