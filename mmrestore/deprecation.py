"""Warnings about deprecated names and forms that still work."""

from __future__ import annotations

import re
import sys
import warnings
from pathlib import Path
from types import FrameType

_warned: set[str] = set()


def warn_deprecated(
    old: str, new: str, *, since: str, removed: str, file: Path | None = None
) -> None:
    """Warn that ``old`` is deprecated, once per process for each text.

    The warning is a ``FutureWarning``, which Python shows to users by default. It names a file, or
    the line outside of this package that has led here.

    Args:
        old: what is deprecated, as the user typed it.
        new: what to use instead.
        since: first version in which it is deprecated.
        removed: version in which it will be removed.
        file: the file in which ``old`` is written, unless it is code that called this package.

    Examples:
        >>> with warnings.catch_warnings(record=True) as caught:
        ...     warnings.simplefilter('always')
        ...     for _ in range(2):
        ...         warn_deprecated('Blur', 'GaussianBlur', since='0.2', removed='0.4')
        >>> [str(warning.message) for warning in caught]
        ['Blur is deprecated since mmrestore 0.2 and will be removed in 0.4: use GaussianBlur']
    """
    text = (
        f'{old} is deprecated since mmrestore {since} and will be removed in {removed}: use {new}'
    )
    text = text if file is None else f'{file}: {text}'
    if text in _warned:
        return
    _warned.add(text)
    if file is None:
        warnings.warn(text, FutureWarning, stacklevel=_level_outside())
    else:
        warnings.warn_explicit(text, FutureWarning, str(file), _line_of(old, file))


def _level_outside() -> int:
    """Return how many calls above the caller of this lies one from outside of this package."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and _is_inside(frame):
        frame, level = frame.f_back, level + 1
    return level


def _is_inside(frame: FrameType) -> bool:
    return frame.f_globals.get('__name__', '').split('.')[0] == __name__.split('.')[0]


def _line_of(text: str, file: Path) -> int:
    """Return the number of the line of a file that has the name in a text, 1 if none has."""
    name = re.split(r'\W', text)[0]
    lines = file.read_text(encoding='utf-8').splitlines()
    return next((i for i, line in enumerate(lines, 1) if re.search(rf'\b{name}\b', line)), 1)
