"""Lock for operations that threads must run one after another."""

from __future__ import annotations

import threading


class Turns:
    """A lock that copying or pickling recreates; ``with turns:`` waits for its turn.

    Examples:
        >>> import copy
        >>> turns = Turns()
        >>> with turns, copy.deepcopy(turns):
        ...     print('both are held')
        both are held
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._lock.release()

    def __reduce__(self) -> tuple:
        return Turns, ()
