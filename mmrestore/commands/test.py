"""Test a checkpoint on the test sets of a config.

    mmrestore test traps/swinir_s work_dirs/traps/swinir_s/epoch_200.pth
    mmrestore test work_dirs/traps/swinir_s/epoch_200.pth
    mmrestore test --model dncnn_25_gray
    mmrestore test traps/swinir_s work_dirs/traps/swinir_s/epoch_200.pth --output results

If no config is given, the config recorded in the checkpoint is used. If the config has no test
sets, the validation sets are used. With --output DIR the restored images are written to DIR/images,
the values of all images to DIR/images.csv, means and protocols to DIR/results.json
(docs/metrics.md).
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import (
    add_dtype,
    add_imports,
    add_released,
    add_run,
    check_released,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_run(parser, config_required=False)
    parser.add_argument(
        'checkpoint',
        nargs='?',
        help='checkpoint of this package or released weights; omit it if the network has no '
        'weights',
    )
    add_released(parser, 'CONFIG and CHECKPOINT')
    add_imports(parser)
    add_dtype(parser)
    parser.add_argument(
        '--tile',
        default='auto',
        metavar='SIZE',
        help='restore in tiles of SIZE pixels; auto (the default): tiles of a suitable size if the '
        'whole image exceeds the memory; none: as configured',
    )
    parser.add_argument(
        '--output',
        metavar='DIR',
        help='folder for restored images, images.csv and results.json; existing files are replaced',
    )
    parser.add_argument(
        '--save',
        type=int,
        metavar='N',
        help='write only the first N restored images of each data set; 0 for none',
    )


def run(options: argparse.Namespace) -> None:
    """Test the checkpoint; metrics are printed to the log."""
    from mmrestore.apis import test

    check_released(options)
    if options.checkpoint is None and str(options.config).endswith(('.pth', '.safetensors')):
        options.config, options.checkpoint = None, options.config
    if options.config is None and options.checkpoint is None:
        raise ValueError(
            'expected a network, got none: give CHECKPOINT, CONFIG and CHECKPOINT, or --model NAME'
        )
    if options.save is not None and options.output is None:
        raise ValueError('--save needs a folder for the restored images: give --output DIR')
    test(
        options.config,
        options.checkpoint,
        overrides=options.cfg_options,
        strategies=options.strategies,
        work_dir=options.work_dir,
        imports=options.imports,
        launcher=options.launcher,
        tile=options.tile,
        output=options.output,
        save=options.save,
        dtype=options.dtype,
    )
