"""Progress lines with the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

STEP = 0.1  # share of the work after which a line is written where there is no terminal


class ShareLine:
    r"""A line on the share of work that is done.

    On a terminal the line is rewritten; elsewhere a new one is written after every tenth of the
    work. The time left is in proportion to the time so far.

    Args:
        stream: where the line goes; the standard error stream by default.
        clock: returns the time in seconds.

    Examples:
        >>> import io
        >>> seconds, stream = iter([0, 60]), io.StringIO()
        >>> ShareLine(stream=stream, clock=lambda: next(seconds)).show('adapting', 0.25)
        >>> stream.getvalue()
        'adapting, 25 %, about 3 minutes left\n'
    """

    def __init__(
        self, *, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._clock, self._start = clock, clock()
        self._shown = 0.0
        self._width = 0

    def show(self, what: str, share: float) -> None:
        """Show a share from 0 to 1."""
        if self._stream.isatty():
            line = self._line(what, share)
            self._stream.write(f'\r{line:{self._width}}')
            self._width = len(line)
        elif share - self._shown >= STEP or share >= 1 > self._shown:
            self._shown = share
            self._stream.write(f'{self._line(what, share)}\n')
        self._stream.flush()

    def close(self) -> None:
        """End the line."""
        if self._width:
            self._stream.write('\n')
            self._stream.flush()

    def _line(self, what: str, share: float) -> str:
        line = f'{what}, {100 * share:.0f} %'
        if not 0 < share < 1:
            return line
        left = (self._clock() - self._start) * (1 / share - 1)
        return f'{line}, {duration(left)} left'


class Progress:
    """The line of all pictures; work is counted in pixels.

    Args:
        pixels: of all pictures.
        pictures: their number.
        line: what is written to.
    """

    def __init__(self, pixels: int, pictures: int, line: ShareLine | None = None) -> None:
        self._pixels, self._pictures = max(pixels, 1), pictures
        self._line = ShareLine() if line is None else line
        self._done = self._within = self._finished = 0

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
        self._line.close()

    def _show(self) -> None:
        share = (self._done + self._within) / self._pixels
        # The whole is done when the last picture is written, not when its pixels are computed.
        share = min(share, 1.0 if self._finished == self._pictures else 0.99)
        self._line.show(f'{self._finished} of {self._pictures} pictures', share)


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
