"""What the commands that write submissions have in common."""

from __future__ import annotations

import argparse
from typing import Any

from mmrestore.commands.arguments import add_device, add_settings


def add_submission(parser: argparse.ArgumentParser, *, root: str, holds: str) -> None:
    """Add the shared arguments.

    Args:
        parser: gets them.
        root: default folder of the benchmark.
        holds: the files in it.
    """
    parser.add_argument('config', help='config of the network, a file or a name')
    parser.add_argument(
        'checkpoint', nargs='?', help='its weights; left out of a network that has none'
    )
    parser.add_argument('--root', default=root, help=f'folder of {holds}, {root} by default')
    parser.add_argument('--output', required=True, help='folder of the results')
    add_device(parser)
    add_settings(parser)


def load_submission(options: argparse.Namespace) -> tuple[Any, str]:
    """Return the restorer that is named, and the fingerprint of its config and weights."""
    from mmrestore.apis.submission import load_network

    return load_network(
        options.config,
        options.checkpoint,
        overrides=options.cfg_options,
        strategies=options.strategies,
        device=options.device,
    )
