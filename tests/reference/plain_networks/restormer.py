"""Restormer in its plain form: slow and obvious, to test and to time the network of the package.

Every step is written as in the paper: norms on (B, H * W, C), queries and keys normalised before
they are multiplied. It loads the state dict of ``mmrestore.models.backbones.Restormer``.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.registry import MODELS


class Norm(nn.Module):
    """Layer norm of tokens (B, H * W, C); without a bias the mean stays."""

    def __init__(self, channels: int, bias: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        """Map tokens."""
        deviation = torch.sqrt(x.var(-1, keepdim=True, unbiased=False) + 1e-5)
        if self.bias is None:
            return x / deviation * self.weight
        return (x - x.mean(-1, keepdim=True)) / deviation * self.weight + self.bias


class ImageNorm(nn.Module):
    """Layer norm of images (B, C, H, W), which become tokens and images again."""

    def __init__(self, channels: int, bias: bool) -> None:
        super().__init__()
        self.body = Norm(channels, bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map images."""
        height, width = x.shape[2:]
        tokens = self.body(x.flatten(2).transpose(1, 2).contiguous())
        return tokens.transpose(1, 2).unflatten(2, (height, width)).contiguous()


class Attention(nn.Module):
    """Attention between channels."""

    def __init__(self, c: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.temperature = nn.Parameter(torch.ones(heads, 1, 1))
        self.qkv = nn.Conv2d(c, 3 * c, 1, bias=False)
        self.qkv_dwconv = nn.Conv2d(3 * c, 3 * c, 3, padding=1, groups=3 * c, bias=False)
        self.project_out = nn.Conv2d(c, c, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map images."""
        qkv = self.qkv_dwconv(self.qkv(x))
        q, k, v = (
            t.unflatten(1, (self.heads, -1)).flatten(3) for t in qkv.chunk(3, 1)
        )  # (B, heads, C / heads, H * W)
        q, k = F.normalize(q, dim=-1), F.normalize(k, dim=-1)
        weights = (q @ k.transpose(-2, -1) * self.temperature).softmax(-1)
        return self.project_out((weights @ v).flatten(1, 2).unflatten(2, x.shape[2:]))


class FeedForward(nn.Module):
    """The gated feed-forward network."""

    def __init__(self, c: int, hidden: int) -> None:
        super().__init__()
        self.project_in = nn.Conv2d(c, 2 * hidden, 1, bias=False)
        h = 2 * hidden
        self.dwconv = nn.Conv2d(h, h, 3, padding=1, groups=h, bias=False)
        self.project_out = nn.Conv2d(hidden, c, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map images."""
        a, b = self.dwconv(self.project_in(x)).chunk(2, 1)
        return self.project_out(F.gelu(a) * b)


class Block(nn.Module):
    """Attention and feed-forward network with shortcuts."""

    def __init__(self, c: int, heads: int, ratio: float, bias: bool) -> None:
        super().__init__()
        self.norm1, self.norm2 = ImageNorm(c, bias), ImageNorm(c, bias)
        self.attn, self.ffn = Attention(c, heads), FeedForward(c, int(c * ratio))

    def forward(self, x: Tensor) -> Tensor:
        """Map images."""
        x = x + self.attn(self.norm1(x))
        return x + self.ffn(self.norm2(x))


def resample(before: int, after: int, shuffle: nn.Module) -> nn.Module:
    """A 3x3 convolution and a pixel shuffle or unshuffle."""
    conv = nn.Conv2d(before, after, 3, padding=1, bias=False)
    return nn.ModuleDict({'body': nn.Sequential(conv, shuffle)})


@MODELS.register_module()
class PlainRestormer(nn.Module):
    """The plain form of Restormer; arguments as the network's."""

    scale, size_multiple = 1, 8

    def __init__(
        self,
        in_channels: int = 3,
        *,
        embed_channels: int = 48,
        depths: Sequence[int] = (4, 6, 6, 8),
        num_refinement_blocks: int = 4,
        num_heads: Sequence[int] = (1, 2, 4, 8),
        ffn_ratio: float = 2.66,
        norm_bias: bool = False,
        dual_pixel: bool = False,
    ) -> None:
        super().__init__()
        self.in_channels, self.dual_pixel = in_channels, dual_pixel
        c, heads = embed_channels, num_heads

        def blocks(channels: int, head: int, num: int) -> nn.Sequential:
            all_blocks = [Block(channels, head, ffn_ratio, norm_bias) for _ in range(num)]
            return nn.Sequential(*all_blocks)

        proj = nn.Conv2d(in_channels, c, 3, padding=1, bias=False)
        self.patch_embed = nn.ModuleDict({'proj': proj})
        self.encoder_level1 = blocks(c, heads[0], depths[0])
        self.down1_2 = resample(c, c // 2, nn.PixelUnshuffle(2))
        self.encoder_level2 = blocks(2 * c, heads[1], depths[1])
        self.down2_3 = resample(2 * c, c, nn.PixelUnshuffle(2))
        self.encoder_level3 = blocks(4 * c, heads[2], depths[2])
        self.down3_4 = resample(4 * c, 2 * c, nn.PixelUnshuffle(2))
        self.latent = blocks(8 * c, heads[3], depths[3])
        self.up4_3 = resample(8 * c, 16 * c, nn.PixelShuffle(2))
        self.reduce_chan_level3 = nn.Conv2d(8 * c, 4 * c, 1, bias=False)
        self.decoder_level3 = blocks(4 * c, heads[2], depths[2])
        self.up3_2 = resample(4 * c, 8 * c, nn.PixelShuffle(2))
        self.reduce_chan_level2 = nn.Conv2d(4 * c, 2 * c, 1, bias=False)
        self.decoder_level2 = blocks(2 * c, heads[1], depths[1])
        self.up2_1 = resample(2 * c, 4 * c, nn.PixelShuffle(2))
        self.decoder_level1 = blocks(2 * c, heads[0], depths[0])
        self.refinement = blocks(2 * c, heads[0], num_refinement_blocks)
        if dual_pixel:
            self.skip_conv = nn.Conv2d(c, 2 * c, 1, bias=False)
        out_channels = in_channels // 2 if dual_pixel else in_channels
        self.output = nn.Conv2d(2 * c, out_channels, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]; the sides are multiples of 8."""
        embedded = self.patch_embed['proj'](x)
        level1 = self.encoder_level1(embedded)
        level2 = self.encoder_level2(self.down1_2['body'](level1))
        level3 = self.encoder_level3(self.down2_3['body'](level2))
        y = self.up4_3['body'](self.latent(self.down3_4['body'](level3)))
        y = self.decoder_level3(self.reduce_chan_level3(torch.cat([y, level3], 1)))
        y = self.up3_2['body'](y)
        y = self.decoder_level2(self.reduce_chan_level2(torch.cat([y, level2], 1)))
        y = torch.cat([self.up2_1['body'](y), level1], 1)
        y = self.refinement(self.decoder_level1(y))
        if self.dual_pixel:
            return self.output(y + self.skip_conv(embedded))
        return self.output(y) + x
