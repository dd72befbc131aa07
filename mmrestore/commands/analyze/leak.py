"""Tell whether the output of a training sees the noisy pixel that the loss compares it with.

    mmrestore analyze leak CONFIG [--checkpoint FILE] [--cfg-options KEY=VALUE ...]

Neither data nor training is needed: a random image of the size of the patches goes through the
batch transforms of the config and its network, and gradients tell what the outputs see. The exit
status is 1 if there is a leak, or if nothing can be told. Networks with statistics of the whole
image, as channel attention, see every pixel that is not masked.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('config', help='config file, or a name that `mmrestore configs` lists')
    parser.add_argument('--checkpoint', metavar='FILE', help='weights; random ones by default')
    add_settings(parser)
    parser.add_argument('--size', type=int, metavar='N', help='side of the patch instead')
    parser.add_argument(
        '--elements', type=int, default=16, metavar='N', help='outputs that are looked at'
    )
    parser.add_argument(
        '--tolerance', type=float, default=0.0, metavar='SHARE', help='share that may leak, 0 to 1'
    )
    parser.add_argument('--seed', type=int, default=0, help='of everything that is random')


def run(options: argparse.Namespace) -> int:
    """Print the report."""
    from mmrestore.analysis.training_sample import check_config_leak
    from mmrestore.apis.networks import open_network_config

    report = check_config_leak(
        open_network_config(options.config, options.cfg_options, options.strategies),
        options.checkpoint,
        size=options.size,
        num_elements=options.elements,
        seed=options.seed,
    )
    print(report)
    return int(report.share > options.tolerance)
