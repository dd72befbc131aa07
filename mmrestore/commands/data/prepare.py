"""Prepare public data sets from their archives.

    mmrestore data prepare div2k --source ~/Downloads --root data
    mmrestore data prepare gopro --source ~/Downloads/GOPRO_Large.zip

Existing files are checked and never overwritten.
"""

from __future__ import annotations

import argparse
from typing import Any

from mmrestore.commands.arguments import add_debug

ARCHIVES = ('flickr2k', 'bsds500', 'wed', 'polyu', 'cc', 'gopro', 'hide', 'realblur')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the data sets and their arguments."""
    data_sets = parser.add_subparsers(required=True, metavar='DATA_SET')

    div2k = data_sets.add_parser('div2k', help='unpack the official archives of DIV2K')
    _add_folders(div2k, 'folder of the downloaded zip files')
    div2k.add_argument(
        '--scales',
        nargs='*',
        type=int,
        default=[],
        help='also unpack low-resolution images of these scales: 2 3 4',
    )
    div2k.add_argument(
        '--sub-images',
        action='store_true',
        help='also cut the training images into 480x480 sub-images',
    )
    div2k.set_defaults(prepare=_div2k)

    for name in ARCHIVES:
        archive = data_sets.add_parser(name, help='extract the images that the configs use')
        _add_folders(archive, 'the archive, or the unpacked folder')
        archive.set_defaults(prepare=_archive, name=name)

    sidd = data_sets.add_parser('sidd-medium', help='cut the noisy photographs into tiles')
    _add_folders(sidd, 'SIDD_Medium_Srgb: the archive or the folder')
    sidd.add_argument('--size', type=int, default=512, help='side of a tile (default: 512)')
    sidd.add_argument(
        '--overlap', type=int, default=128, help='overlap of tiles in pixels (default: 128)'
    )
    sidd.add_argument('--part', action='store_true', help='accept any number of photographs')
    sidd.set_defaults(prepare=_sidd_medium)


def run(options: argparse.Namespace) -> None:
    """Prepare the data set."""
    options.prepare(options)


def _add_folders(parser: argparse.ArgumentParser, source: str) -> None:
    parser.add_argument('--source', required=True, help=source)
    parser.add_argument('--root', default='data', help='root of the data (default: data)')
    add_debug(parser)


def _div2k(options: argparse.Namespace) -> None:
    from mmrestore.datasets.prepare import cut_div2k_sub_images, prepare_div2k

    prepare_div2k(options.source, options.root, scales=options.scales)
    if options.sub_images:
        for target, num in cut_div2k_sub_images(options.root, scales=options.scales):
            print(f'{target}: {num} parts')


def _archive(options: argparse.Namespace) -> None:
    from mmrestore.datasets.prepare import prepare_archive

    prepare_archive(options.name, options.source, options.root)


def _sidd_medium(options: argparse.Namespace) -> None:
    from mmrestore.datasets.prepare import cut_sidd_medium

    whole: dict[str, Any] = {'num_images': None} if options.part else {}
    cut_sidd_medium(
        options.source, options.root, size=options.size, overlap=options.overlap, **whole
    )
