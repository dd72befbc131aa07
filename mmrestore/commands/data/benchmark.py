"""Measure the cost of loading a training patch from image files, disk cache and memory.

    mmrestore data benchmark data/DIV2K/train/HR --patch 64

The three sources alternate in one process with the same images, so that ratios are reliable on a
busy machine. Times are CPU times: "drawn" is a patch stacked into its batch; "delivered" also
includes sending the batch from a data worker to the main process. Decoded images are in the page
cache of the system. See docs/performance.md.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('folder', help='folder of images, each at least as large as a patch')
    parser.add_argument('--patch', type=int, default=64, help='side of a patch (default: 64)')
    parser.add_argument('--batch', type=int, default=16, help='patches per batch (default: 16)')
    parser.add_argument('--images', type=int, default=32, help='number of images (default: 32)')
    parser.add_argument('--batches', type=int, default=32, help='batches per round (default: 32)')
    parser.add_argument('--rounds', type=int, default=5, help='number of rounds (default: 5)')
    parser.add_argument(
        '--cache-dir', help='folder of the disk cache (default: the cache folder of mmrestore)'
    )


def run(options: argparse.Namespace) -> None:
    """Measure and print a table."""
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
