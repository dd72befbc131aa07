"""Dropout in a network that has none."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from mmrestore.models.attachments.base import Attachment
from mmrestore.registry import MODELS


@MODELS.register_module()
class FeatureDropout(Attachment):
    """Dropout of features (N, C, H, W), in training only; kept features are scaled up.

    Source: "Reflash dropout in image super-resolution" (Kong et al., CVPR 2022), which drops whole
    channels before the last convolution.

    Args:
        layers: names of the layers, with wildcards; see :class:`Attachment`.
        rate: probability that a channel, or an element, becomes 0.
        channelwise: drop whole channels of an image, not single elements.
        at: ``input`` or ``output`` of the layers.

    Raises:
        ValueError: ``rate`` is not in [0, 1).

    Examples:
        >>> import torch
        >>> net = torch.nn.Sequential(torch.nn.Identity())
        >>> FeatureDropout('0', rate=0.5).attach(net)
        >>> sorted(net(torch.ones(1, 99, 2, 2)).unique().tolist())
        [0.0, 2.0]
    """

    def __init__(
        self,
        layers: str | Sequence[str],
        *,
        rate: float,
        channelwise: bool = True,
        at: str = 'input',
    ) -> None:
        super().__init__(layers, at=at)
        if not 0 <= rate < 1:
            raise ValueError(f'rate must be in [0, 1), got {rate}')
        self.rate = rate
        self.drop = F.dropout2d if channelwise else F.dropout

    def act(self, features: Tensor, place: int) -> Tensor:
        """Drop channels or elements."""
        return self.drop(features, self.rate)
