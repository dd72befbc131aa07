"""Warnings about deprecated names and forms that still work."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

_warned: set[str] = set()


def warn_deprecated(
    old: str, new: str, *, since: str, removed: str, file: Path | None = None
) -> None:
    """Warn that ``old`` is deprecated, once per process for each text.

    The warning is a ``FutureWarning``, which Python shows by default. Its location is ``file``, or
    else the nearest calling line outside this package.

    Args:
        old: the deprecated name or form, as the user typed it.
        new: the replacement.
        since: first version that deprecates it.
        removed: version that will remove it.
        file: the file that contains ``old``; None for code that called this package.

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


def former_names(
    module: str, objects: Mapping[str, Any], *, since: str, removed: str
) -> Callable[[str], Any]:
    """Return a ``__getattr__`` for a module that still serves its former names, with a warning.

    Args:
        module: name of the module.
        objects: the renamed functions and classes by their former names.
        since: first version that deprecates the former names.
        removed: version that will remove them.

    Examples:
        >>> lookup = former_names('mmrestore.blur', {'blur_lens': abs}, since='0.2', removed='0.4')
        >>> with warnings.catch_warnings(record=True) as caught:
        ...     warnings.simplefilter('always')
        ...     lookup('blur_lens')(-3)
        3
        >>> str(caught[0].message).split(' and will')[0]
        'mmrestore.blur.blur_lens is deprecated since mmrestore 0.2'
    """

    def lookup(name: str) -> Any:
        if name not in objects:
            raise AttributeError(f'module {module!r} has no attribute {name!r}')
        found = objects[name]
        warn_deprecated(
            f'{module}.{name}', f'{module}.{found.__name__}', since=since, removed=removed
        )
        return found

    return lookup


def _level_outside() -> int:
    """Return the stack level of the nearest calling frame outside this package."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and _is_inside(frame):
        frame, level = frame.f_back, level + 1
    return level


def _is_inside(frame: FrameType) -> bool:
    return frame.f_globals.get('__name__', '').split('.')[0] == __name__.split('.')[0]


def _line_of(text: str, file: Path) -> int:
    """Return the number of the first line of a file with the first word of ``text``, else 1."""
    name = re.split(r'\W', text)[0]
    lines = file.read_text(encoding='utf-8').splitlines()
    return next((i for i, line in enumerate(lines, 1) if re.search(rf'\b{name}\b', line)), 1)
