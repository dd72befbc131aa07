"""Arguments shared by the submission commands."""

from __future__ import annotations

import argparse
from typing import Any

from mmrestore.commands.arguments import add_device, add_settings


def add_submission(parser: argparse.ArgumentParser, *, root: str, holds: str) -> None:
    """Add the shared arguments.

    Args:
        parser: parser to extend.
        root: default folder of the benchmark.
        holds: files in that folder.
    """
    parser.add_argument('config', help='config of the network, a file or a name')
    parser.add_argument(
        'checkpoint', nargs='?', help='checkpoint; omit it for a network without weights'
    )
    parser.add_argument('--root', default=root, help=f'folder of {holds}, {root} by default')
    parser.add_argument('--output', required=True, help='folder for the results')
    add_device(parser)
    add_settings(parser)


def load_submission(options: argparse.Namespace) -> tuple[Any, str]:
    """Return the restorer and the fingerprint of its config and weights."""
    from mmrestore.apis.submission import load_network

    return load_network(
        options.config,
        options.checkpoint,
        overrides=options.cfg_options,
        strategies=options.strategies,
        device=options.device,
    )
