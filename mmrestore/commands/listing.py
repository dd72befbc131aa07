"""Lists filtered by words."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence


def add_words(parser: argparse.ArgumentParser) -> None:
    """Add the words to filter by."""
    parser.add_argument('words', nargs='*', metavar='WORD', help='print only lines with all words')


def print_matching(lines: Iterable[tuple[str, str]], words: Sequence[str]) -> None:
    """Print the names and descriptions that contain all words, ignoring case.

    Raises:
        ValueError: no line contains all words.

    Examples:
        >>> print_matching([('a', 'first'), ('bcd', 'second'), ('e', 'third')], ['R'])
        a  first
        e  third
    """
    lowered = [word.lower() for word in words]
    shown = [pair for pair in lines if all(word in ' '.join(pair).lower() for word in lowered)]
    check_found(shown, words)
    width = max(len(name) for name, _ in shown)
    for name, line in shown:
        print(f'{name:{width}}  {line}'.rstrip())


def check_found(shown: Sequence[object], words: Sequence[str]) -> None:
    """Raise a ``ValueError`` if no line contains all words."""
    if not shown:
        raise ValueError(f'no line of the list contains {" and ".join(words) or "a name"}')
