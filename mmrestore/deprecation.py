"""Warnings about deprecated names and forms that still work."""

from __future__ import annotations

import warnings

_warned: set[str] = set()


def warn_deprecated(old: str, new: str, *, since: str, removed: str, stacklevel: int = 3) -> None:
    """Warn that ``old`` is deprecated, once per process for each text.

    The warning is a ``FutureWarning``, which Python shows to users by default.

    Args:
        old: what is deprecated, as the user typed it.
        new: what to use instead.
        since: first version in which it is deprecated.
        removed: version in which it will be removed.
        stacklevel: which caller the warning names; 3 is the caller of the function that calls this.

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
    if text not in _warned:
        _warned.add(text)
        warnings.warn(text, FutureWarning, stacklevel=stacklevel)
