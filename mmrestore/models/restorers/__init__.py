"""Restorers: optimization step and prediction, without network code."""

from mmrestore.models.restorers.gan_restorer import GANRestorer
from mmrestore.models.restorers.pair_restorer import PairRestorer
from mmrestore.models.restorers.pair_samplers import AdjacentPixelSampler, CellPixelSampler
from mmrestore.models.restorers.restorer import Restorer

__all__ = ['AdjacentPixelSampler', 'CellPixelSampler', 'GANRestorer', 'PairRestorer', 'Restorer']
