"""Putting public data sets in place and verifying them."""

from mmrestore.datasets.prepare.archives import Archive
from mmrestore.datasets.prepare.benchmarks import BENCHMARKS, Benchmark
from mmrestore.datasets.prepare.div2k import prepare_div2k
from mmrestore.datasets.prepare.report import Report, find_duplicates
from mmrestore.datasets.prepare.sub_images import cut_sub_images
from mmrestore.datasets.prepare.subsets import draw_subset, subset_text
from mmrestore.datasets.prepare.unpack import ARCHIVES, prepare_archive
from mmrestore.datasets.prepare.verify import verify

__all__ = [
    'ARCHIVES',
    'BENCHMARKS',
    'Archive',
    'Benchmark',
    'Report',
    'cut_sub_images',
    'draw_subset',
    'find_duplicates',
    'prepare_archive',
    'prepare_div2k',
    'subset_text',
    'verify',
]
