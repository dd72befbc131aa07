"""Restore images with a trained network.

    mmrestore restore photo.png folder --checkpoint CHECKPOINT
    mmrestore restore photo.png --model swinir_m_jpeg40 --output restored

The config recorded in the checkpoint is used, unless --config names another.
Images are written as PNG files of the same names, or in another --format. Color profile, EXIF, XMP,
resolution, transparency and bit depth are preserved, and the EXIF orientation is applied
(docs/restoring.md). All inputs are checked first. If some cannot be read, they are listed, the
others are restored, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmrestore.commands.arguments import (
    add_device,
    add_dtype,
    add_format,
    add_imports,
    add_released,
    add_settings,
    check_released,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('inputs', nargs='+', metavar='INPUT', help='image files or folders')
    parser.add_argument('--checkpoint', help='checkpoint, exported model or released weights')
    parser.add_argument(
        '--config',
        help='config file or name; by default the config recorded in the checkpoint',
    )
    add_released(parser, '--checkpoint')
    add_imports(parser)
    parser.add_argument(
        '--output',
        default='restored',
        metavar='DIR',
        help='folder for the results, restored by default; existing files are replaced',
    )
    add_format(parser)
    parser.add_argument(
        '--quality',
        type=int,
        metavar='N',
        help='quality of JPEG and WebP, 1 to 100, 95 by default',
    )
    parser.add_argument(
        '--tile',
        default='auto',
        metavar='SIZE',
        help='restore in tiles of SIZE pixels; auto (the default): tiles of a suitable size if the '
        'whole image exceeds the memory; none: no tiles',
    )
    parser.add_argument(
        '--overlap',
        type=int,
        help='overlap of tiles of SIZE in pixels; by default the receptive field of the network',
    )
    parser.add_argument(
        '--check-tiles',
        action='store_true',
        help='print the difference between tiled and untiled results on a crop of the first image',
    )
    parser.add_argument('--self-ensemble', action='store_true', help='average 8 orientations')
    add_dtype(parser)
    add_device(parser)
    add_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Restore the images and print their number and folder; return 1 if inputs are damaged."""
    from mmrestore.apis import init_restorer, plan_restoring, restore_planned
    from mmrestore.apis.check_tiles import tile_difference
    from mmrestore.apis.networks import choose_device, open_network_config
    from mmrestore.apis.recorded import import_named, recorded_network
    from mmrestore.apis.tiles import tile_config, training_patch
    from mmrestore.apis.work_dir import check_folder
    from mmrestore.datasets.image_writer import QUALITY
    from mmrestore.datasets.listing import problem_list
    from mmrestore.files import printable

    tile: dict | str = options.tile
    tile_config(options.tile)  # checks the value
    if options.overlap is not None and not options.tile.isdecimal():
        raise ValueError('--overlap needs a tile size: give --tile SIZE')
    quality = _quality(options, QUALITY)
    device = choose_device(options.device)
    check_folder(options.output)
    check_released(options)
    if options.checkpoint is None:
        raise ValueError('expected a network, got none: give --checkpoint FILE or --model NAME')
    if not Path(options.checkpoint).is_file():  # before thousands of inputs are checked
        raise FileNotFoundError(f'there is no checkpoint file {options.checkpoint}')
    config = options.config or recorded_network(options.checkpoint, options.imports)
    import_named(options.imports)
    chosen = [f'model.test_dtype={options.dtype}'] if options.dtype else []
    settings = [*options.cfg_options, *chosen]
    config = open_network_config(config, settings, options.strategies)
    plan = plan_restoring(options.inputs, options.output, format=options.format)
    single = len(plan.jobs) == 1  # one bar: of the tiles of a picture, or of many pictures
    if options.tile != 'none':
        patch = training_patch(config)
        tile = tile_config(options.tile, options.overlap, train_size=patch, progress=single)
    for line in plan.left_out:
        print(line)
    if plan.problems:
        print(problem_list('the input', plan.problems), file=sys.stderr)
    restorer = init_restorer(
        config,
        options.checkpoint,
        device=device,
        inference={'self_ensemble': {'type': 'SelfEnsemble'}} if options.self_ensemble else None,
        tile=tile,
    )
    if options.check_tiles:
        print(tile_difference(restorer, plan.jobs[0].source))
    written, problems, lost = restore_planned(restorer, plan, quality=quality, progress=not single)
    for line in lost:
        print(line)
    images = f'{len(written)} image{"s" * (len(written) != 1)}'
    print(f'{images} written to {printable(options.output)}')
    problems = plan.problems + problems
    if problems:
        print(problem_list('not restored: the input', problems), file=sys.stderr)
    return 1 if problems else 0


def _quality(options: argparse.Namespace, default: int) -> int:
    if options.quality is None:
        return default
    if options.format not in ('jpg', 'keep'):
        raise ValueError('--quality applies only to JPEG and WebP: give --format jpg or keep')
    if not 1 <= options.quality <= 100:
        raise ValueError(f'--quality must be from 1 to 100, got {options.quality}')
    return options.quality
