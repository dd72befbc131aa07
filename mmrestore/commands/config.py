"""Print a config with all inherited settings.

    mmrestore config traps/swinir_s
    mmrestore config supervised/hat_s --with traps --cfg-options model.test_seed=1

The output is a valid config file.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('config', help='config file, or a name listed by `mmrestore configs`')
    add_settings(parser)


def run(options: argparse.Namespace) -> None:
    """Print the config."""
    from mmrestore.config import config_page, open_config

    print(config_page(open_config(options.config, options.cfg_options, options.strategies)), end='')
