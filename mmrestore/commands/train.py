"""Train a network with a config.

    mmrestore train traps/swinir_s --work-dir runs/traps
    mmrestore train supervised/hat_s --with traps masked

A config with several stages runs their trainings in sequence.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_run(parser)
    parser.add_argument(
        '--resume',
        nargs='?',
        const=True,
        default=False,
        metavar='CKPT',
        help='resume from CKPT, or without CKPT from the latest checkpoint in the work directory; '
        'give it after the config',
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help='train in mixed precision, optim_wrapper.dtype of the config, bfloat16 by default',
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate with the total batch size',
    )


def run(options: argparse.Namespace) -> None:
    """Train the network."""
    from mmrestore.config.names import find_config, find_strategy

    # Look up names before slow imports.
    find_config(options.config)
    for strategy in options.strategies:
        find_strategy(strategy)

    from mmrestore.apis import train

    train(
        options.config,
        overrides=options.cfg_options,
        strategies=options.strategies,
        work_dir=options.work_dir,
        resume=options.resume,
        amp=options.amp,
        auto_scale_lr=options.auto_scale_lr,
        launcher=options.launcher,
    )
