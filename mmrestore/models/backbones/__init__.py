"""Networks, one a file."""

from mmrestore.models.backbones.swinir import SwinIR

__all__ = ['SwinIR']
