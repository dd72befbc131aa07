"""Denoise a folder of photographs without clean images.

    mmrestore denoise FOLDER
    mmrestore denoise FOLDER --minutes 0 --careful --format keep

Measures the noise of the pictures, adapts the shipped network to it for some minutes, restores each
picture with the largest strength that can be justified without a clean image, and lists which
pictures improved and which were left unchanged. Results and a comparison page, report.html, are
written to FOLDER-denoised; the originals are not modified (docs/own_photographs.md).

Ctrl-C ends the adaptation early. During restoring, it stops the command after writing a report of
the finished pictures. --resume restores the remaining or added pictures with the adapted network.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_device, add_format


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('folder', metavar='FOLDER', help='folder of pictures, or one picture')
    parser.add_argument(
        '--output', metavar='DIR', help='folder for the results, FOLDER-denoised by default'
    )
    parser.add_argument(
        '--minutes',
        type=float,
        metavar='M',
        help='minutes of adapting the network to the folder, by default 5 on a CPU and 1 on a GPU; '
        '0: no adaptation',
    )
    parser.add_argument(
        '--strength',
        default='auto',
        metavar='S',
        help='auto (the default): chosen for each picture; or a number from 0 to 1',
    )
    parser.add_argument('--careful', action='store_true', help='halve the chosen strengths')
    parser.add_argument(
        '--method',
        choices=['auto', 'shipped', 'adapted', 'bilateral'],
        default='auto',
        help='auto (the default): the adapted network, or the shipped one if adapting did not '
        'help; shipped: no adaptation; adapted: always the adapted network; bilateral: a '
        'bilateral filter, for comparison',
    )
    add_format(parser)
    parser.add_argument(
        '--quality',
        type=int,
        default=95,
        metavar='N',
        help='quality of JPEG and WebP, 95 by default',
    )
    parser.add_argument('--resume', action='store_true', help='skip finished pictures')
    parser.add_argument(
        '--checkpoint',
        metavar='FILE',
        help='denoiser to start from instead of the shipped network',
    )
    add_device(parser)


def run(options: argparse.Namespace) -> int:
    """Denoise the folder; return 1 if pictures could not be restored."""
    from mmrestore.apis.denoising.denoise import denoise

    denoised = denoise(
        options.folder,
        output=options.output,
        method=options.method,
        minutes=options.minutes,
        strength=options.strength,
        careful=options.careful,
        format=options.format,
        quality=options.quality,
        resume=options.resume,
        device=options.device,
        checkpoint=options.checkpoint,
    )
    return 1 if denoised.problems else 0
