"""Restore images with a trained network.

    mmrestore restore photo.png folder --config CONFIG --checkpoint CHECKPOINT --output restored
    mmrestore restore photo.png --model swinir_m_jpeg40 --output restored

Files and folders are restored into PNG files of the same names.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_device, add_released, add_settings, check_released


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('inputs', nargs='+', metavar='INPUT', help='image files or folders')
    parser.add_argument('--config', help='config of the network, a file or a name')
    parser.add_argument('--checkpoint', help='its weights')
    add_released(parser, '--config and --checkpoint')
    parser.add_argument('--output', required=True, help='folder of the results; files are replaced')
    parser.add_argument('--tile', type=int, metavar='SIZE', help='restore in tiles of SIZE pixels')
    parser.add_argument('--overlap', type=int, help='pixels that tiles share, 32 by default')
    parser.add_argument('--self-ensemble', action='store_true', help='average 8 orientations')
    add_device(parser)
    add_settings(parser)


def run(options: argparse.Namespace) -> None:
    """Restore, and say how many images were written where."""
    from mmrestore.apis import init_restorer, restore_files
    from mmrestore.apis.work_dir import check_folder

    tile = None
    if options.overlap is not None and options.tile is None:
        raise ValueError('--overlap is of tiles: give their size with --tile')
    if options.tile is not None:
        overlap = 32 if options.overlap is None else options.overlap
        tile = {'type': 'Tile', 'size': options.tile, 'overlap': overlap, 'progress': True}
    check_folder(options.output)
    check_released(options)
    if options.config is None or options.checkpoint is None:
        raise ValueError('what shall restore? Give --config and --checkpoint, or --model NAME')
    restorer = init_restorer(
        options.config,
        options.checkpoint,
        device=options.device,
        overrides=options.cfg_options,
        strategies=options.strategies,
        inference={'self_ensemble': {'type': 'SelfEnsemble'}} if options.self_ensemble else None,
        tile=tile,
    )
    written = restore_files(restorer, options.inputs, options.output)
    print(f'{len(written)} images written to {options.output}')
