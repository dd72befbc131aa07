"""Draw a list file of random images of DIV2K.

    mmrestore data subset 100 --seed 0 > div2k_100.txt

Of one seed, smaller subsets are parts of larger ones.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('num_images', type=int, help='number of images')
    parser.add_argument('--seed', type=int, default=0, help='of the draw, 0 by default')


def run(options: argparse.Namespace) -> None:
    """Print the list."""
    from mmrestore.datasets.prepare import BENCHMARKS, subset_text

    names = BENCHMARKS['div2k_train'].names
    print(subset_text(names, options.num_images, seed=options.seed), end='')
