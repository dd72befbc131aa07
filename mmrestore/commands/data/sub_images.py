"""Cut the images of a folder into sub-images, which load faster.

    mmrestore data sub-images data/DIV2K/train/HR data/DIV2K/train/HR_sub

The defaults are those of the common DIV2K sub-images.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('source', help='folder of the images')
    parser.add_argument('target', help='folder for the sub-images')
    parser.add_argument('--size', type=int, default=480, help='side of a sub-image (default: 480)')
    parser.add_argument(
        '--step', type=int, default=240, help='stride between sub-images (default: 240)'
    )


def run(options: argparse.Namespace) -> None:
    """Cut the images and print the number of sub-images."""
    from mmrestore.datasets.prepare import cut_sub_images

    num = cut_sub_images(options.source, options.target, size=options.size, step=options.step)
    print(f'{options.target}: {num} parts')
