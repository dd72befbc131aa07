"""Show how photographs of screens come about, and several draws of them.

    mmrestore analyze screen-gallery --images DIR --size 256 --draws 4 --output FILE.png

For every image there are two rows. The first shows the stages of the first draw: the middle of the
picture, the light of the display (a part, enlarged), what falls on the sensor, the raw mosaic, the
developed photograph, and the clean target. The second shows the photographs of all draws. Pixels of
the images are pixels of the file: look at it in its own size, other sizes have moire of their own.
What was drawn is written beside it as CSV.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('--images', required=True, metavar='DIR', help='folder of pictures')
    parser.add_argument('--num', type=int, default=2, help='the first images only, 2 by default')
    parser.add_argument('--size', type=int, default=256, help='side of photographs, 256')
    parser.add_argument('--draws', type=int, default=6, help='photographs of each image')
    parser.add_argument('--seed', type=int, default=0, help='of the draws')
    parser.add_argument(
        '--range',
        nargs=3,
        action='append',
        default=[],
        metavar=('NAME', 'LOW', 'HIGH'),
        help='a range of ScreenPhotograph, such as magnification 1.9 2.1',
    )
    parser.add_argument('--output', required=True, metavar='FILE.png', help='where it is drawn')


def run(options: argparse.Namespace) -> None:
    """Draw, and say where."""
    from mmrestore.analysis.screen_gallery import write_gallery

    written = write_gallery(
        options.output,
        options.images,
        num=options.num,
        size=options.size,
        draws=options.draws,
        seed=options.seed,
        ranges={name: pair for name, *pair in options.range},
    )
    for path in written:
        print(f'written: {path}')
