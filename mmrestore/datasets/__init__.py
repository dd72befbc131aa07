"""Data sets, transforms, samplers and batching."""

from mmrestore.datasets import transforms
from mmrestore.datasets.collate import collate
from mmrestore.datasets.concat_dataset import ConcatDataset
from mmrestore.datasets.dnd_boxes import DNDBoxes
from mmrestore.datasets.embedded_photographs import EmbeddedPhotographs
from mmrestore.datasets.image_folder import ImageFolder
from mmrestore.datasets.nested import nested_datasets
from mmrestore.datasets.noise_grid import NoiseGrid
from mmrestore.datasets.sample_key import SampleKey, sample_rng
from mmrestore.datasets.sampler import ResumableSampler
from mmrestore.datasets.sidd_blocks import SIDDBlocks
from mmrestore.datasets.unpaired import UnpairedDataset

__all__ = [
    'ConcatDataset',
    'DNDBoxes',
    'EmbeddedPhotographs',
    'ImageFolder',
    'NoiseGrid',
    'ResumableSampler',
    'SIDDBlocks',
    'SampleKey',
    'UnpairedDataset',
    'collate',
    'nested_datasets',
    'sample_rng',
    'transforms',
]
