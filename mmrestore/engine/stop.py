"""Stopping a training by a signal, so that it can be resumed."""

from __future__ import annotations

import os
import signal
import threading
import time
from types import FrameType
from typing import Any

from mmengine.dist import get_world_size, is_main_process

NAMES = {signal.SIGTERM: 'SIGTERM', signal.SIGINT: 'Ctrl-C'}
TOLD = b'\nCtrl-C: the training saves a checkpoint and ends; once more ends it at once\n'
# torchrun passes on what a terminal may have sent already.
SAME_REQUEST_S = 0.3


class StopSignals:
    """SIGTERM and Ctrl-C as requests to save and end, for a ``with`` block.

    Requests are heeded from :meth:`listen` on, by the main process; the others ignore both signals,
    run on until it has saved, and end with it. A second Ctrl-C ends the training at once. Threads
    other than the main one get no signals.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._interrupted: float | None = None
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> StopSignals:
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._previous.clear()

    def listen(self) -> None:
        """Begin to take signals as requests."""
        if threading.current_thread() is not threading.main_thread():
            return
        handler = self._take if is_main_process() else signal.SIG_IGN
        for number in NAMES:
            self._previous[number] = signal.signal(number, handler)

    @property
    def name(self) -> str:
        """Reason of the stop request, in words; '' if there is none."""
        return '' if self.received is None else NAMES[signal.Signals(self.received)]

    def end(self) -> None:
        """End this process as the signal would have done: exit status 143 or 130.

        Raises:
            SystemExit: after SIGTERM, with its status.
            KeyboardInterrupt: after Ctrl-C.
        """
        status = 128 + (self.received or signal.SIGTERM)
        if get_world_size() > 1:
            os._exit(status)  # the other processes may be waiting in a collective
        if self.received == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(status)

    def _take(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT:
            if self._interrupted is None:
                self._interrupted = time.monotonic()
                os.write(2, TOLD)  # print may be interrupted in a print
            elif time.monotonic() - self._interrupted > SAME_REQUEST_S:
                self.received = number
                self.end()
        self.received = self.received or number
