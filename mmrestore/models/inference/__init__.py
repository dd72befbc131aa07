"""Inference decorators: callables that wrap a network at test time and nest."""

from mmrestore.models.inference.auto_tile import AutoTile
from mmrestore.models.inference.base import InferenceDecorator, build_inference
from mmrestore.models.inference.blind_spot import BlindSpot
from mmrestore.models.inference.complementary_masks import ComplementaryMasks
from mmrestore.models.inference.local_statistics import LocalStatistics
from mmrestore.models.inference.mean_of_runs import MeanOfRuns
from mmrestore.models.inference.pad import Pad
from mmrestore.models.inference.pixel_downsampled import PixelDownsampled
from mmrestore.models.inference.refinement import RandomReplacementRefinement
from mmrestore.models.inference.self_ensemble import SelfEnsemble
from mmrestore.models.inference.strength import Strength
from mmrestore.models.inference.tile import Tile
from mmrestore.models.inference.unsharp_mask import UnsharpMask

__all__ = [
    'AutoTile',
    'BlindSpot',
    'ComplementaryMasks',
    'InferenceDecorator',
    'LocalStatistics',
    'MeanOfRuns',
    'Pad',
    'PixelDownsampled',
    'RandomReplacementRefinement',
    'SelfEnsemble',
    'Strength',
    'Tile',
    'UnsharpMask',
    'build_inference',
]
