"""Channel attention by global pooling."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

from mmrestore.models.layers.convolutions import conv3x3
from mmrestore.models.layers.global_mean import GlobalMean


class ChannelAttention(nn.Module):
    """Multiply every channel with a weight in (0, 1) (Zhang et al., RCAN, ECCV 2018, section 3.3).

    The weights are sigmoid(expand(relu(reduce(mean over the image)))), of two 1x1 convolutions
    ``attention.1`` and ``attention.3``, as the checkpoints of HAT and GRL name them.

    Args:
        channels: channels of input and output.
        squeezed: channels between the two convolutions.
        bias: whether these have biases.

    Raises:
        ValueError: no channel is left between them.

    Examples:
        >>> sum(p.numel() for p in ChannelAttention(12, 2).parameters())
        62
    """

    def __init__(self, channels: int, squeezed: int, *, bias: bool = True) -> None:
        super().__init__()
        if squeezed < 1:
            raise ValueError(
                f'channel attention squeezes {channels} channels to at least 1, got {squeezed}'
            )
        self.attention = nn.Sequential(
            GlobalMean(),
            nn.Conv2d(channels, squeezed, 1, bias=bias),
            nn.ReLU(inplace=True),
            nn.Conv2d(squeezed, channels, 1, bias=bias),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return x * self.attention(x)


class ChannelAttentionBlock(nn.Module):
    """Two 3x3 convolutions with a GELU between and channel attention (HAT, section 3.2; GRL).

    Args:
        channels: channels of input and output.
        hidden: channels between the convolutions.
        squeezed: channels inside the channel attention.
    """

    def __init__(self, channels: int, *, hidden: int, squeezed: int) -> None:
        super().__init__()
        self.cab = nn.Sequential(
            conv3x3(channels, hidden),
            nn.GELU(),
            conv3x3(hidden, channels),
            ChannelAttention(channels, squeezed),
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return features (B, C, H, W) and the weights of their channels (B, C, 1, 1).

        The result of the block is their product; the caller adds it to a sum in the same pass.
        """
        first, activation, last, attention = self.cab
        features = last(activation(first(x)))
        return features, cast(ChannelAttention, attention).attention(features)
