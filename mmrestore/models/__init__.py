"""Networks, losses, restorers and inference decorators."""

from mmrestore.models import (
    attachments,
    backbones,
    discriminators,
    inference,
    losses,
    restorers,
)
from mmrestore.models.bilateral import BilateralFilter
from mmrestore.models.bm3d import BM3D
from mmrestore.models.data_preprocessor import DataPreprocessor
from mmrestore.models.non_local_means import NonLocalMeans
from mmrestore.models.total_variation_filter import TotalVariationFilter
from mmrestore.models.upscaled_input import UpscaledInput

__all__ = [
    'BM3D',
    'BilateralFilter',
    'DataPreprocessor',
    'NonLocalMeans',
    'TotalVariationFilter',
    'UpscaledInput',
    'attachments',
    'backbones',
    'discriminators',
    'inference',
    'losses',
    'restorers',
]
