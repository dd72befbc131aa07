"""List the configs that ship with mmrestore and its plugins.

    mmrestore configs
    mmrestore configs traps swinir

Every line has the name of a config and the first line of what it says of itself; with words, only
those that have all of them in either.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('words', nargs='*', metavar='WORD', help='what the line must contain')


def run(options: argparse.Namespace) -> None:
    """Print the list."""
    from mmrestore.config.names import first_line, shipped_configs

    words = [word.lower() for word in options.words]
    lines = [(name, first_line(path)) for name, path in shipped_configs()]
    shown = [pair for pair in lines if all(word in ' '.join(pair).lower() for word in words)]
    width = max((len(name) for name, _ in shown), default=0)
    for name, line in shown:
        print(f'{name:{width}}  {line}'.rstrip())
    if not shown:
        raise ValueError(f'no config has {" and ".join(options.words)} in its name or first line')
