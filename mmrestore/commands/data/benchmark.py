"""Measure what a training patch costs: from image files, the disk cache and memory.

    mmrestore data benchmark data/DIV2K/train/HR --patch 64

Random patches are drawn from the same images in turn, in one process, so that ratios hold whatever
else the machine does. Counted is CPU time: "drawn" is a patch stacked into its batch, "delivered"
is the same in a data worker, with sending the batch to the main process. Decoded images are in the
page cache of the system. See docs/performance.md.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('folder', help='folder of images, each as large as a patch at least')
    parser.add_argument('--patch', type=int, default=64, help='side of a patch, 64')
    parser.add_argument('--batch', type=int, default=16, help='patches in a batch, 16')
    parser.add_argument('--images', type=int, default=32, help='images that are used, 32')
    parser.add_argument('--batches', type=int, default=32, help='batches of a round, 32')
    parser.add_argument('--rounds', type=int, default=5, help='rounds, 5')
    parser.add_argument('--cache-dir', help='folder of the disk cache (default: the cache folder)')


def run(options: argparse.Namespace) -> None:
    """Measure, and print a table."""
    from mmrestore.analysis.benchmark import table
    from mmrestore.analysis.loader_benchmark import loading_table, measure_loading

    costs = measure_loading(
        options.folder,
        patch=options.patch,
        batch=options.batch,
        images=options.images,
        batches=options.batches,
        rounds=options.rounds,
        cache_dir=options.cache_dir,
    )
    print(table(loading_table(costs)))
