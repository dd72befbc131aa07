"""Print a list file of random DIV2K images.

    mmrestore data subset 100 --seed 0 > div2k_100.txt

With the same seed, smaller subsets are contained in larger ones.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('num_images', type=int, help='number of images')
    parser.add_argument('--seed', type=int, default=0, help='seed of the draw, 0 by default')


def run(options: argparse.Namespace) -> None:
    """Print the list."""
    from mmrestore.datasets.prepare import BENCHMARKS, subset_text

    names = BENCHMARKS['div2k_train'].names
    print(subset_text(names, options.num_images, seed=options.seed), end='')
