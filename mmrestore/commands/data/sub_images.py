"""Cut the images of a folder into parts, which load faster.

    mmrestore data sub-images data/DIV2K/train/HR data/DIV2K/train/HR_sub

The defaults are those of the usual parts of DIV2K.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('source', help='folder of the images')
    parser.add_argument('target', help='folder of the parts')
    parser.add_argument('--size', type=int, default=480, help='side of a part (default: 480)')
    parser.add_argument('--step', type=int, default=240, help='distance of parts (default: 240)')


def run(options: argparse.Namespace) -> None:
    """Cut, and say how many parts there are."""
    from mmrestore.datasets.prepare import cut_sub_images

    num = cut_sub_images(options.source, options.target, size=options.size, step=options.step)
    print(f'{options.target}: {num} parts')
