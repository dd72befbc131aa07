"""Pre-upsampling: a network of scale 1 on the bicubically upscaled image."""

from __future__ import annotations

from math import gcd

from torch import Tensor

from mmrestore.functional.resize import resize
from mmrestore.models.backbones.base import Backbone, facts
from mmrestore.models.layers.sizes import check_images, check_positive
from mmrestore.registry import MODELS


@MODELS.register_module()
class PreUpsampling(Backbone):
    """Enlarge images bicubically, then let a network of scale 1 restore them.

    With a stack of 8 convolutions it is the network of ZSSR (Shocher, Cohen and Irani, "Zero-shot
    super-resolution using deep internal learning", CVPR 2018), with 20 that of VDSR (Kim, Lee and
    Lee, CVPR 2016): a ``DnCNN`` without batch norm, which adds what it finds missing. The values
    are those of ``functional.resize``, MATLAB's.

    Args:
        backbone: config of the network behind the enlargement.
        scale: factor of height and width.

    Raises:
        ValueError: ``scale`` is below 1, or the network changes the size itself.

    Examples:
        >>> import torch
        >>> import mmrestore.models.backbones
        >>> stack = dict(type='DnCNN', in_channels=3, num_layers=8, batch_norm=False)
        >>> net = PreUpsampling(stack, scale=4)
        >>> net(torch.rand(1, 3, 5, 7)).shape
        torch.Size([1, 3, 20, 28])
        >>> sum(p.numel() for p in net.parameters())
        225091
    """

    def __init__(self, backbone: dict, *, scale: int = 4) -> None:
        super().__init__()
        check_positive('scale', scale)
        self.net = MODELS.build(backbone)
        if self.net.scale != 1:
            raise ValueError(
                'expected a network that keeps the size, got '
                f'{type(self.net).__name__} of scale {self.net.scale}: it enlarges by itself'
            )
        self.scale = scale
        self.in_channels = self.net.in_channels
        self.size_multiple = self.net.size_multiple // gcd(self.net.size_multiple, scale)
        inner = facts(self.net)
        self.global_statistics = inner.global_statistics
        self.global_means_only = inner.global_means_only

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge images (B, C, H, W) in [0, 1]."""
        check_images(x, self.in_channels, self.size_multiple)
        return self.net(resize(x, scale=self.scale))
