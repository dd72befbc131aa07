"""Losses: ``scalar = loss(pred, target, weight=None)``."""

from mmrestore.models.losses.pixel import CharbonnierLoss, L1Loss, MSELoss, PixelLoss, difference
from mmrestore.models.losses.reduction import Reduction, check_reduction, weighted_reduction

__all__ = [
    'CharbonnierLoss',
    'L1Loss',
    'MSELoss',
    'PixelLoss',
    'Reduction',
    'check_reduction',
    'difference',
    'weighted_reduction',
]
