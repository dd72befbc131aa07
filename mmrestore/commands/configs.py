"""List the configs that ship with mmrestore and its plugins.

    mmrestore configs
    mmrestore configs traps swinir

Each line has the name of a config and the first line of its description. With words, only lines
that contain all words are printed.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.listing import add_words, print_matching


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_words(parser)


def run(options: argparse.Namespace) -> None:
    """Print the list."""
    from mmrestore.config.names import first_line, shipped_configs

    print_matching(((name, first_line(path)) for name, path in shipped_configs()), options.words)
