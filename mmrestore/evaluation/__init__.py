"""Image metrics for MMEngine's evaluator."""

from mmrestore.evaluation.base import ImageMetric
from mmrestore.evaluation.brightness import BrightnessError
from mmrestore.evaluation.estimated_gain import BestStrength, EstimatedGain, NetworkMetric
from mmrestore.evaluation.lpips import LPIPS
from mmrestore.evaluation.metrics import PSNR, SSIM
from mmrestore.evaluation.niqe import NIQE
from mmrestore.evaluation.recorrupted import RecorruptedGain
from mmrestore.evaluation.torch_metric import TorchMetric

__all__ = [
    'LPIPS',
    'NIQE',
    'PSNR',
    'SSIM',
    'BestStrength',
    'BrightnessError',
    'EstimatedGain',
    'ImageMetric',
    'NetworkMetric',
    'RecorruptedGain',
    'TorchMetric',
]
