"""Networks, one a file."""

from mmrestore.models.backbones.swinir import SwinIR
from mmrestore.models.backbones.swinir_official import official_swinir

__all__ = ['SwinIR', 'official_swinir']
