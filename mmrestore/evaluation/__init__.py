"""Metrics of MMEngine's evaluator."""

from mmrestore.evaluation.base import ImageMetric
from mmrestore.evaluation.lpips import LPIPS
from mmrestore.evaluation.metrics import PSNR, SSIM

__all__ = ['LPIPS', 'PSNR', 'SSIM', 'ImageMetric']
