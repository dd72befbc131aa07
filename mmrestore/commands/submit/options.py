"""What the commands that write submissions have in common."""

from __future__ import annotations

import argparse

from mmengine.config import Config, DictAction
from torch import nn

from mmrestore.apis import init_restorer
from mmrestore.apis.submission import fingerprint


def make_parser(description: str | None, *, root: str, holds: str) -> argparse.ArgumentParser:
    """Return a parser of the shared options.

    Args:
        description: what the command does.
        root: default folder of the benchmark.
        holds: the files in it.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='config file of the network')
    parser.add_argument(
        'checkpoint', nargs='?', help='its weights; left out of a network that has none'
    )
    parser.add_argument('--root', default=root, help=f'folder of {holds}, {root} by default')
    parser.add_argument('--output', required=True, help='folder of the results')
    parser.add_argument('--device', help='cpu, cuda; a GPU if there is one by default')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, help='settings that override the config'
    )
    return parser


def load_network(options: argparse.Namespace) -> tuple[nn.Module, str]:
    """Return the restorer and the fingerprint of its config and weights.

    Raises:
        FileNotFoundError: there is no such config or checkpoint.
        ValueError: the weights are of another network, or left out although there are some.
    """
    config = Config.fromfile(options.config)
    config.merge_from_dict(options.cfg_options or {})
    restorer = init_restorer(config, options.checkpoint, device=options.device)
    if options.checkpoint is None and any(True for _ in restorer.parameters()):
        raise ValueError(f'{options.config} describes a network with weights: give a checkpoint')
    return restorer, fingerprint(config, options.checkpoint)
