"""Denoise a folder of one's own photographs, without clean ones.

    mmrestore denoise FOLDER
    mmrestore denoise FOLDER --minutes 0 --careful --format keep

Looks at the pictures, adapts the shipped network to their noise for some minutes, restores each
picture as strongly as can be justified without a clean one, and says which pictures gained and
which were left as they were. Results and a page to compare them, report.html, go to
FOLDER-denoised; the originals stay as they are (docs/own_photographs.md).

Ctrl-C ends the adapting early; while pictures are restored it stops, with a report of what there
is. --resume restores the rest, or pictures that were added, with what was learned.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_device, add_format


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('folder', metavar='FOLDER', help='folder of pictures, or one picture')
    parser.add_argument(
        '--output', metavar='DIR', help='folder of the results, FOLDER-denoised by default'
    )
    parser.add_argument(
        '--minutes',
        type=float,
        metavar='M',
        help='of adapting the network to the folder, by default 5 on a CPU and 1 on a GPU; 0: none',
    )
    parser.add_argument(
        '--strength',
        default='auto',
        metavar='S',
        help='auto, the default, chooses one for each picture; or a number from 0 to 1',
    )
    parser.add_argument('--careful', action='store_true', help='halve the chosen strengths')
    parser.add_argument(
        '--method',
        choices=['auto', 'shipped', 'adapted', 'bilateral'],
        default='auto',
        help='auto, the default: the adapted network unless training did not help; shipped: '
        'without adapting; adapted: whatever it did; bilateral: a filter, for comparison',
    )
    add_format(parser)
    parser.add_argument(
        '--quality', type=int, default=95, metavar='N', help='of JPEG and WebP, 95 by default'
    )
    parser.add_argument(
        '--resume', action='store_true', help='do not restore again what is finished'
    )
    parser.add_argument(
        '--checkpoint', metavar='FILE', help='a denoiser to start from instead of the shipped one'
    )
    add_device(parser)


def run(options: argparse.Namespace) -> int:
    """Denoise; return 1 if pictures could not be restored."""
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
