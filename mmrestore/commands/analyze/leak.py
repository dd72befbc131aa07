"""Check a self-supervised training for leaks of noisy target pixels into the output.

    mmrestore analyze leak CONFIG [--checkpoint FILE] [--cfg-options KEY=VALUE ...]

A leak means that an output depends on the noisy pixel to which the loss compares it. Neither data
nor training is needed: a random image of the patch size passes through the batch transforms and the
network of the config, and gradients show the dependencies. The exit status is 1 if there is a leak,
or if the check is inconclusive. Networks with statistics of the whole image, such as channel
attention, see every unmasked pixel.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('config', help='config file, or a name listed by `mmrestore configs`')
    parser.add_argument('--checkpoint', metavar='FILE', help='weights; random weights by default')
    add_settings(parser)
    parser.add_argument(
        '--size', type=int, metavar='N', help='patch size; that of the config by default'
    )
    parser.add_argument(
        '--elements',
        type=int,
        default=16,
        metavar='N',
        help='number of checked outputs, 16 by default',
    )
    parser.add_argument(
        '--tolerance',
        type=float,
        default=0.0,
        metavar='SHARE',
        help='share of outputs that may leak, 0 to 1, 0 by default',
    )
    parser.add_argument('--seed', type=int, default=0, help='seed of all random draws')


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
