"""Geometric self-ensemble."""

from __future__ import annotations

from torch import Tensor

from mmrestore.functional.dihedral import dihedral, inverse_dihedral
from mmrestore.models.inference.base import InferenceDecorator
from mmrestore.registry import INFERENCE


@INFERENCE.register_module()
class SelfEnsemble(InferenceDecorator):
    """Restore the eight flipped and transposed versions of an image and average them turned back.

    Source: Lim, Son, Kim, Nah and Lee, "Enhanced deep residual networks for single image
    super-resolution", CVPRW 2017, section 3.4 (geometric self-ensemble, published as "EDSR+").

    Examples:
        >>> import torch
        >>> def net(x):  # looks one pixel to the left
        ...     return x.roll(1, dims=-1)
        >>> net.scale, net.size_multiple = 1, 1
        >>> x = torch.zeros(1, 1, 3, 3)
        >>> x[..., 1, 1] = 1
        >>> SelfEnsemble(net)(x)[0, 0]
        tensor([[0.0000, 0.2500, 0.0000],
                [0.2500, 0.0000, 0.2500],
                [0.0000, 0.2500, 0.0000]])
    """

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W); the network sees (N, C, W, H) too."""
        mean = self.net(x)
        for k in range(1, 8):
            output = inverse_dihedral(self.net(dihedral(x, k)), k)
            # A running mean holds two images instead of eight and keeps equal outputs exactly.
            mean = mean + (output - mean) / (k + 1)
        return mean
