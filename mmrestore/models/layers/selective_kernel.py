"""Selective-kernel fusion of multi-resolution features."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mmrestore.models.layers.global_mean import GlobalMean
from mmrestore.models.layers.overwrite import lerp


class SelectiveKernel(nn.Module):
    """Add features of one size with weights for every channel (Zamir et al., MIRNet, section 3.2).

    The weights come from the mean of the summed features over the whole image and add up to one.
    The mean of the sum is taken as the sum of the means, and no features are concatenated.

    Args:
        channels: channels of the features and of the result.
        num_inputs: the number of features.
        activation: between the two 1x1 convolutions that make the weights.

    Examples:
        >>> fuse = SelectiveKernel(8, num_inputs=2, activation=nn.ReLU())
        >>> _ = nn.init.zeros_(fuse.fcs[0].weight), nn.init.zeros_(fuse.fcs[1].weight)
        >>> fuse([torch.full((1, 8, 2, 2), 1.0), torch.full((1, 8, 2, 2), 4.0)])[0, 0, 0]
        tensor([2.5000, 2.5000], grad_fn=<SelectBackward0>)
    """

    def __init__(self, channels: int, *, num_inputs: int, activation: nn.Module) -> None:
        super().__init__()
        squeezed = max(channels // 8, 4)
        reduce = nn.Conv2d(channels, squeezed, 1, bias=False)
        self.mean = GlobalMean()
        self.conv_du = nn.Sequential(reduce, activation)
        self.fcs = nn.ModuleList(
            nn.Conv2d(squeezed, channels, 1, bias=False) for _ in range(num_inputs)
        )

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Fuse features, each (B, C, H, W).

        Without gradients the result of two is written over the first, to save memory and time.
        """
        mean = self.mean(features[0])
        for x in features[1:]:
            mean = mean + self.mean(x)
        squeezed = self.conv_du(mean)
        logits = [expand(squeezed) for expand in self.fcs]  # (B, C, 1, 1) for every input
        if len(features) == 2:
            return lerp(features[0], features[1], (logits[1] - logits[0]).sigmoid())
        weights = torch.stack(logits).softmax(0).to(features[0].dtype)
        y = features[0] * weights[0]
        for x, weight in zip(features[1:], weights[1:], strict=True):
            y.addcmul_(x, weight)
        return y
