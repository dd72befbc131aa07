"""Lists that are narrowed down by words."""

from __future__ import annotations

import argparse
from collections.abc import Iterable


def add_words(parser: argparse.ArgumentParser) -> None:
    """Add the words that lines must contain."""
    parser.add_argument('words', nargs='*', metavar='WORD', help='what the line must contain')


def print_matching(lines: Iterable[tuple[str, str]], words: Iterable[str]) -> int:
    """Print names and what is said of them, where these contain all words; capitals do not matter.

    Returns:
        The exit status, 1 if nothing is printed.

    Examples:
        >>> print_matching([('a', 'first'), ('bcd', 'second'), ('e', 'third')], ['R'])
        a  first
        e  third
        0
    """
    lowered = [word.lower() for word in words]
    shown = [pair for pair in lines if all(word in ' '.join(pair).lower() for word in lowered)]
    width = max((len(name) for name, _ in shown), default=0)
    for name, line in shown:
        print(f'{name:{width}}  {line}'.rstrip())
    return 0 if shown else 1
