"""Draw a figure of synthetic screen photographs and the steps of their synthesis.

    mmrestore analyze screen-gallery --images DIR --size 256 --draws 4 --output FILE.png

Each image has two rows. The first row shows the steps of the first draw: the center of the picture,
the light of the display (an upscaled crop), the light on the sensor, the raw mosaic, the developed
photograph and the clean target. The second row shows the photographs of all draws. View the figure
at 100 %: scaling it adds moire. The drawn parameters are also written as a CSV file next to the
figure.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('--images', required=True, metavar='DIR', help='folder of pictures')
    parser.add_argument('--num', type=int, default=2, help='number of images, 2 by default')
    parser.add_argument(
        '--size', type=int, default=256, help='side of the photographs, 256 by default'
    )
    parser.add_argument(
        '--draws', type=int, default=6, help='photographs of each image, 6 by default'
    )
    parser.add_argument('--seed', type=int, default=0, help='seed of the draws')
    parser.add_argument(
        '--range',
        nargs=3,
        action='append',
        default=[],
        metavar=('NAME', 'LOW', 'HIGH'),
        help='a range of ScreenPhotograph, such as magnification 1.9 2.1',
    )
    parser.add_argument('--output', required=True, metavar='FILE.png', help='file of the figure')


def run(options: argparse.Namespace) -> None:
    """Draw the figure and print the written files."""
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
