"""Putting public data sets in place and verifying them."""

from mmrestore.datasets.prepare.benchmarks import BENCHMARKS, Benchmark
from mmrestore.datasets.prepare.div2k import prepare_div2k
from mmrestore.datasets.prepare.pairs import PAIRED_SETS, prepare_pairs
from mmrestore.datasets.prepare.sub_images import cut_sub_images
from mmrestore.datasets.prepare.subsets import draw_subset, subset_text
from mmrestore.datasets.prepare.verify import Report, find_duplicates, verify

__all__ = [
    'BENCHMARKS',
    'PAIRED_SETS',
    'Benchmark',
    'Report',
    'cut_sub_images',
    'draw_subset',
    'find_duplicates',
    'prepare_div2k',
    'prepare_pairs',
    'subset_text',
    'verify',
]
