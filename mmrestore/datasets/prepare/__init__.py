"""Preparation and verification of public data sets."""

import warnings
from typing import Any

from mmrestore.datasets.prepare.archives import Archive
from mmrestore.datasets.prepare.benchmarks import BENCHMARKS, Benchmark
from mmrestore.datasets.prepare.div2k import cut_div2k_sub_images, prepare_div2k
from mmrestore.datasets.prepare.face_detection import cascade_detector, listed_faces
from mmrestore.datasets.prepare.faces import crop_faces
from mmrestore.datasets.prepare.report import Report, find_duplicates
from mmrestore.datasets.prepare.sidd_medium import cut_sidd_medium
from mmrestore.datasets.prepare.sub_images import cut_sub_images
from mmrestore.datasets.prepare.subsets import draw_subset, subset_text
from mmrestore.datasets.prepare.unpack import ARCHIVES, prepare_archive
from mmrestore.datasets.prepare.verify import verify, verify_all

__all__ = [
    'ARCHIVES',
    'BENCHMARKS',
    'Archive',
    'Benchmark',
    'Report',
    'cascade_detector',
    'crop_faces',
    'cut_div2k_sub_images',
    'cut_sidd_medium',
    'cut_sub_images',
    'draw_subset',
    'find_duplicates',
    'listed_faces',
    'prepare_archive',
    'prepare_div2k',
    'subset_text',
    'verify',
    'verify_all',
]

_FORMER_NAMES = {
    'PAIRED_SETS': 'ARCHIVES',
    'PairedSet': 'Archive',
    'prepare_pairs': 'prepare_archive',
}


def __getattr__(name: str) -> Any:
    if name in _FORMER_NAMES:
        new = _FORMER_NAMES[name]
        warnings.warn(f'{name} is now called {new}', DeprecationWarning, stacklevel=2)
        return globals()[new]
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
