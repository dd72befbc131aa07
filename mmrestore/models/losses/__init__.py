"""Losses: ``scalar = loss(pred, target, weight=None)``."""

from mmrestore.models.losses.adversarial import AdversarialLoss
from mmrestore.models.losses.base import Loss
from mmrestore.models.losses.perceptual import PerceptualLoss
from mmrestore.models.losses.pixel import CharbonnierLoss, L1Loss, MSELoss, PixelLoss, difference
from mmrestore.models.losses.reduction import Reduction, check_reduction, weighted_reduction
from mmrestore.models.losses.smoothness import SmoothnessLoss
from mmrestore.models.losses.two_scale import TwoScaleLoss

__all__ = [
    'AdversarialLoss',
    'CharbonnierLoss',
    'L1Loss',
    'Loss',
    'MSELoss',
    'PerceptualLoss',
    'PixelLoss',
    'Reduction',
    'SmoothnessLoss',
    'TwoScaleLoss',
    'check_reduction',
    'difference',
    'weighted_reduction',
]
