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

__all__ = [
    'BM3D',
    'BilateralFilter',
    'DataPreprocessor',
    'attachments',
    'backbones',
    'discriminators',
    'inference',
    'losses',
    'restorers',
]
