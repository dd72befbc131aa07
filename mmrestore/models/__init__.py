"""Networks, losses, restorers and what happens around a network at test time."""

from mmrestore.models import (
    attachments,
    backbones,
    discriminators,
    inference,
    losses,
    official,
    restorers,
)
from mmrestore.models.data_preprocessor import DataPreprocessor

__all__ = [
    'DataPreprocessor',
    'attachments',
    'backbones',
    'discriminators',
    'inference',
    'losses',
    'official',
    'restorers',
]
