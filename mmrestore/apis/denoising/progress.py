"""One progress line over all pictures, with the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

STEP = 0.1  # share of the work after which a line is written where there is no terminal


class Progress:
    r"""The progress line of work that is counted in pixels.

    On a terminal the line is rewritten; elsewhere a new one is written after every tenth of the
    work. The time left is that of the pixels so far, per pixel.

    Args:
        pixels: of all pictures.
        pictures: their number.
        stream: where the line goes; the standard error stream by default.
        clock: returns the time in seconds.

    Examples:
        >>> import io
        >>> seconds, stream = iter([0, 60]), io.StringIO()
        >>> bar = Progress(300, 3, stream=stream, clock=lambda: next(seconds))
        >>> bar.finish(100)
        >>> stream.getvalue()
        '1 of 3 pictures, 33 %, about 2 minutes left\n'
    """

    def __init__(
        self,
        pixels: int,
        pictures: int,
        *,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pixels, self._pictures = max(pixels, 1), pictures
        self._stream = sys.stderr if stream is None else stream
        self._clock, self._start = clock, clock()
        self._done = self._within = self._finished = 0
        self._shown = 0.0
        self._width = 0

    def advance(self, pixels: int, most: int) -> None:
        """Count pixels of the present picture, up to ``most``, those that it has."""
        self._within = min(self._within + pixels, most)
        self._show()

    def finish(self, pixels: int) -> None:
        """Count a picture, or a file that could not be read, as done."""
        self._done += pixels
        self._within = 0
        self._finished += 1
        self._show()

    def close(self) -> None:
        """End the line."""
        if self._width:
            self._stream.write('\n')
            self._stream.flush()

    def _show(self) -> None:
        share = min((self._done + self._within) / self._pixels, 1.0)
        if not self._stream.isatty():
            if share - self._shown < STEP and self._finished < self._pictures:
                return
            self._shown = share
            self._stream.write(f'{self._line(share)}\n')
        else:
            line = self._line(share)
            self._stream.write(f'\r{line:{self._width}}')
            self._width = len(line)
        self._stream.flush()

    def _line(self, share: float) -> str:
        elapsed = self._clock() - self._start
        line = f'{self._finished} of {self._pictures} pictures, {100 * share:.0f} %'
        if not 0 < share < 1:
            return line
        return f'{line}, {duration(elapsed * (1 / share - 1))} left'


def duration(seconds: float) -> str:
    """Return a time in words, rounded.

    Examples:
        >>> duration(20), duration(100), duration(9000)
        ('about 20 seconds', 'about 2 minutes', 'about 2.5 hours')
    """
    if seconds < 55:
        number, unit = max(round(seconds / 5) * 5, 5), 'second'
    elif seconds < 5400:
        number, unit = round(seconds / 60), 'minute'
    else:
        return f'about {seconds / 3600:.1f} hours'
    return f'about {number} {unit}{"s" * (number != 1)}'
