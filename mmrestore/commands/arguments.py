"""Models on the command line: a name, a config and a checkpoint each."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def add_models(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add the argument ``--model NAME CONFIG CHECKPOINT``, which may be given again."""
    parser.add_argument(
        '--model',
        nargs=3,
        action='append',
        default=None if required else [],
        required=required,
        metavar=('NAME', 'CONFIG', 'CHECKPOINT'),
        help='a model and its name in results; may be given again',
    )


def check_names(models: Sequence[Sequence[str]]) -> None:
    """Check that models have different names.

    Raises:
        ValueError: two have the same.
    """
    names = [name for name, *_ in models]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f'models need different names, got {", ".join(twice)} twice')
