"""NAFNet and its Baseline in their plain form, to test and to time the networks of the package.

As in the released code, layer norms are a chain of elementwise steps on (B, C, H, W) with a
backward pass of their own, and the gains of the branches are products of their own. They load the
state dicts of ``mmrestore.models.backbones``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from mmrestore.registry import MODELS


class NormFunction(torch.autograd.Function):
    """Layer norm over channels, step by step, and its gradients."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """Map images."""
        mean = x.mean(1, keepdim=True)
        variance = (x - mean).pow(2).mean(1, keepdim=True)
        y = (x - mean) / (variance + 1e-6).sqrt()
        ctx.save_for_backward(y, variance, weight)
        return weight.view(1, -1, 1, 1) * y + bias.view(1, -1, 1, 1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the gradients of images, weight and bias."""
        y, variance, weight = ctx.saved_tensors
        scaled = gradient * weight.view(1, -1, 1, 1)
        along = (scaled * y).mean(1, keepdim=True)
        x = (scaled - y * along - scaled.mean(1, keepdim=True)) / (variance + 1e-6).sqrt()
        return x, (gradient * y).sum(3).sum(2).sum(0), gradient.sum(3).sum(2).sum(0)


class Norm(nn.Module):
    """Layer norm over channels."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(c))
        self.bias = nn.Parameter(torch.zeros(c))

    def forward(self, x: Tensor) -> Tensor:
        """Map images."""
        return NormFunction.apply(x, self.weight, self.bias)


class SimpleGate(nn.Module):
    """One half of the channels times the other."""

    def forward(self, x: Tensor) -> Tensor:
        """Map images."""
        a, b = x.chunk(2, 1)
        return a * b


class Block(nn.Module):
    """The block of NAFNet, or of the Baseline where ``expansion`` is given."""

    def __init__(self, c: int, expansion: int | None, ffn_ratio: int) -> None:
        super().__init__()
        wide, hidden = c * (expansion or 2), c * ffn_ratio
        narrow, last = (wide, hidden) if expansion else (wide // 2, hidden // 2)
        self.beta = nn.Parameter(torch.zeros(1, c, 1, 1))
        self.gamma = nn.Parameter(torch.zeros(1, c, 1, 1))
        self.conv1 = nn.Conv2d(c, wide, 1)
        self.conv2 = nn.Conv2d(wide, wide, 3, padding=1, groups=wide)
        self.conv3 = nn.Conv2d(narrow, c, 1)
        self.conv4 = nn.Conv2d(c, hidden, 1)
        self.conv5 = nn.Conv2d(last, c, 1)
        self.norm1, self.norm2 = Norm(c), Norm(c)
        self.act = nn.GELU() if expansion else SimpleGate()
        pool = nn.AdaptiveAvgPool2d(1)
        if expansion:
            reduce, expand = nn.Conv2d(wide, wide // 2, 1), nn.Conv2d(wide // 2, wide, 1)
            self.se = nn.Sequential(pool, reduce, nn.ReLU(), expand, nn.Sigmoid())
        else:
            self.sca = nn.Sequential(pool, nn.Conv2d(narrow, narrow, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Map images."""
        y = self.act(self.conv2(self.conv1(self.norm1(x))))
        y = y * (self.se(y) if hasattr(self, 'se') else self.sca(y))
        x = x + self.conv3(y) * self.beta
        return x + self.conv5(self.act(self.conv4(self.norm2(x)))) * self.gamma


class _Plain(nn.Module):
    """What both have in common."""

    scale = 1

    def __init__(
        self,
        in_channels: int,
        c: int,
        encoder: Sequence[int],
        middle: int,
        decoder: Sequence[int],
        expansion: int | None,
        ffn_ratio: int,
    ) -> None:
        super().__init__()
        self.in_channels, self.size_multiple = in_channels, 2 ** len(encoder)

        def blocks(width: int, num: int) -> nn.Sequential:
            return nn.Sequential(*[Block(width, expansion, ffn_ratio) for _ in range(num)])

        self.intro = nn.Conv2d(in_channels, c, 3, padding=1)
        self.ending = nn.Conv2d(c, in_channels, 3, padding=1)
        self.encoders, self.decoders = nn.ModuleList(), nn.ModuleList()
        self.downs, self.ups = nn.ModuleList(), nn.ModuleList()
        for num in encoder:
            self.encoders.append(blocks(c, num))
            self.downs.append(nn.Conv2d(c, 2 * c, 2, 2))
            c = 2 * c
        self.middle_blks = blocks(c, middle)
        for num in decoder:
            self.ups.append(nn.Sequential(nn.Conv2d(c, 2 * c, 1, bias=False), nn.PixelShuffle(2)))
            c = c // 2
            self.decoders.append(blocks(c, num))

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]; the sides are multiples of ``size_multiple``."""
        y, skips = self.intro(x), []
        for encoder, down in zip(self.encoders, self.downs, strict=True):
            y = encoder(y)
            skips.append(y)
            y = down(y)
        y = self.middle_blks(y)
        for up, decoder in zip(self.ups, self.decoders, strict=True):
            y = decoder(up(y) + skips.pop())
        return self.ending(y) + x


@MODELS.register_module()
class PlainNAFNet(_Plain):
    """The plain form of NAFNet; arguments as the network's."""

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 32,
        encoder_depths: Sequence[int] = (2, 2, 4, 8),
        num_middle_blocks: int = 12,
        decoder_depths: Sequence[int] = (2, 2, 2, 2),
    ) -> None:
        lists = encoder_depths, num_middle_blocks, decoder_depths
        super().__init__(in_channels, channels, *lists, expansion=None, ffn_ratio=2)


@MODELS.register_module()
class PlainNAFNetBaseline(_Plain):
    """The plain form of the Baseline; arguments as the network's."""

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 32,
        encoder_depths: Sequence[int] = (2, 2, 4, 8),
        num_middle_blocks: int = 12,
        decoder_depths: Sequence[int] = (2, 2, 2, 2),
        expansion: int = 1,
        ffn_ratio: int = 2,
    ) -> None:
        lists = encoder_depths, num_middle_blocks, decoder_depths
        super().__init__(in_channels, channels, *lists, expansion=expansion, ffn_ratio=ffn_ratio)
