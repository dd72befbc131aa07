"""HAT in its plain form: slow and obvious, to test and to time the network of the package.

Every step is written as in the paper: roll, partition into windows, softmax(q k^T + bias + mask) v,
reverse, roll back; keys and values of overlapping windows by ``unfold``. It loads the state dict of
``mmrestore.models.backbones.HAT``.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.registry import MODELS
from plain_networks.swinir import partition, position_index, reverse, shift_mask


def overlap_index(w: int, ow: int) -> Tensor:
    """(w * w, ow * ow): the row of the bias table, or minus its distance from the end."""
    query_row, query_column = torch.arange(w * w) // w, torch.arange(w * w) % w
    key_row, key_column = torch.arange(ow * ow) // ow, torch.arange(ow * ow) % ow
    rows = key_row[None, :] - query_row[:, None] + w - ow + 1
    columns = key_column[None, :] - query_column[:, None] + w - ow + 1
    return rows * (w + ow - 1) + columns


def attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor, mask: Tensor | None = None) -> Tensor:
    """Attention of (windows, heads, n, d) with a bias (n, keys, heads), to (windows, n, C)."""
    logits = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
    logits = logits + bias.permute(2, 0, 1).contiguous()
    if mask is not None:
        windows, heads, n, keys = logits.shape
        logits = logits.view(windows // len(mask), len(mask), heads, n, keys) + mask[None, :, None]
        logits = logits.view(-1, heads, n, keys)
    return (logits.softmax(-1) @ v).transpose(1, 2).flatten(2)


class MLP(nn.Module):
    """Two linear layers."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(channels, hidden), nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map the last axis."""
        return self.fc2(F.gelu(self.fc1(x)))


class Attention(nn.Module):
    """Attention in windows (B * windows, n, C)."""

    def __init__(self, channels: int, heads: int, w: int) -> None:
        super().__init__()
        self.heads = heads
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * w - 1) ** 2, heads))
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)

    def forward(self, x: Tensor, index: Tensor, mask: Tensor | None) -> Tensor:
        """Attend inside windows."""
        windows, n, c = x.shape
        qkv = self.qkv(x).reshape(windows, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        bias = self.relative_position_bias_table[index.view(-1)].view(n, n, -1)
        return self.proj(attend(qkv[0], qkv[1], qkv[2], bias, mask))


class ChannelAttention(nn.Module):
    """Features times the weights of their channels."""

    def __init__(self, channels: int, squeeze: int) -> None:
        super().__init__()
        self.attention = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, channels // squeeze, 1),
            nn.ReLU(),
            nn.Conv2d(channels // squeeze, channels, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return x * self.attention(x)


class HybridBlock(nn.Module):
    """Window attention and convolutions beside each other, then an MLP."""

    def __init__(
        self, channels: int, heads: int, w: int, ratio: float, compress: int, squeeze: int
    ) -> None:
        super().__init__()
        self.w = w
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.attn = Attention(channels, heads, w)
        cab = nn.Sequential(
            nn.Conv2d(channels, channels // compress, 3, padding=1),
            nn.GELU(),
            nn.Conv2d(channels // compress, channels, 3, padding=1),
            ChannelAttention(channels, squeeze),
        )
        self.conv_block = nn.ModuleDict({'cab': cab})
        self.mlp = MLP(channels, int(channels * ratio))
        self.shift, self.conv_scale, self.drop = 0, 0.01, 0.0

    def drop_path(self, x: Tensor) -> Tensor:
        """Drop the branch of some images."""
        if not self.training or self.drop == 0:
            return x
        keep = 1 - self.drop
        return x * (x.new_empty(len(x)).bernoulli_(keep) / keep)[:, None, None]

    def forward(self, x: Tensor, height: int, width: int, index: Tensor, mask: Tensor) -> Tensor:
        """Map tokens (B, H * W, C)."""
        b, length, c = x.shape
        y = self.norm1(x).view(b, height, width, c)
        conv = self.conv_block['cab'](y.permute(0, 3, 1, 2))
        conv = conv.permute(0, 2, 3, 1).contiguous().view(b, length, c)
        if self.shift:
            y = torch.roll(y, (-self.shift, -self.shift), (1, 2))
        y = self.attn(partition(y, self.w), index, mask if self.shift else None)
        y = reverse(y, self.w, height, width)
        if self.shift:
            y = torch.roll(y, (self.shift, self.shift), (1, 2))
        x = x + self.drop_path(y.reshape(b, length, c)) + conv * self.conv_scale
        return x + self.drop_path(self.mlp(self.norm2(x)))


class OverlappingBlock(nn.Module):
    """Attention of windows to larger ones, then an MLP."""

    def __init__(self, channels: int, heads: int, w: int, ow: int, ratio: float) -> None:
        super().__init__()
        self.heads, self.w, self.ow = heads, w, ow
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.qkv, self.proj = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)
        self.relative_position_bias_table = nn.Parameter(torch.zeros((w + ow - 1) ** 2, heads))
        self.mlp = MLP(channels, int(channels * ratio))

    def forward(self, x: Tensor, height: int, width: int, index: Tensor) -> Tensor:
        """Map tokens (B, H * W, C)."""
        b, length, c = x.shape
        n, keys, d = self.w**2, self.ow**2, c // self.heads
        qkv = self.qkv(self.norm1(x)).view(b, height, width, 3, c).permute(3, 0, 4, 1, 2)
        q = partition(qkv[0].permute(0, 2, 3, 1), self.w).view(-1, n, self.heads, d)
        kv = torch.cat([qkv[1], qkv[2]], 1)  # (B, 2 C, H, W)
        kv = F.unfold(kv, self.ow, stride=self.w, padding=(self.ow - self.w) // 2)
        kv = kv.view(b, 2, self.heads, d, keys, -1).permute(1, 0, 5, 2, 4, 3)
        kv = kv.reshape(2, -1, self.heads, keys, d)  # (2, windows, heads, keys, d)
        bias = self.relative_position_bias_table[index.view(-1)].view(n, keys, -1)
        y = attend(q.transpose(1, 2), kv[0], kv[1], bias)
        x = x + self.proj(reverse(y, self.w, height, width).reshape(b, length, c))
        return x + self.mlp(self.norm2(x))


@MODELS.register_module()
class PlainHAT(nn.Module):
    """The plain form of HAT at scale 1; arguments as the network's."""

    scale = 1

    def __init__(
        self,
        in_channels: int = 3,
        *,
        embed_channels: int = 180,
        depths: Sequence[int] = (6, 6, 6, 6, 6, 6),
        num_heads: Sequence[int] = (6, 6, 6, 6, 6, 6),
        window_size: int = 16,
        overlap_ratio: float = 0.5,
        compress_ratio: int = 3,
        squeeze_factor: int = 30,
        conv_scale: float = 0.01,
        mlp_ratio: float = 2,
        drop_path_rate: float = 0.1,
    ) -> None:
        super().__init__()
        c, w = embed_channels, window_size
        ow = int(w * overlap_ratio) + w
        self.in_channels, self.size_multiple = in_channels, w
        self.conv_first = nn.Conv2d(in_channels, c, 3, padding=1)
        self.patch_embed = nn.ModuleDict({'norm': nn.LayerNorm(c)})
        drops = torch.linspace(0, drop_path_rate, sum(depths), dtype=torch.float64).tolist()
        self.layers = nn.ModuleList()
        for depth, heads in zip(depths, num_heads, strict=True):
            blocks = nn.ModuleList()
            for i in range(depth):
                block = HybridBlock(c, heads, w, mlp_ratio, compress_ratio, squeeze_factor)
                block.shift, block.conv_scale = w // 2 * (i % 2), conv_scale
                block.drop = drops.pop(0)
                blocks.append(block)
            overlap = OverlappingBlock(c, heads, w, ow, mlp_ratio)
            group = nn.ModuleDict({'blocks': blocks, 'overlap_attn': overlap})
            conv = nn.Conv2d(c, c, 3, padding=1)
            self.layers.append(nn.ModuleDict({'residual_group': group, 'conv': conv}))
        self.norm = nn.LayerNorm(c)
        self.conv_after_body = nn.Conv2d(c, c, 3, padding=1)
        conv = nn.Conv2d(c, 64, 3, padding=1)
        self.conv_before_upsample = nn.Sequential(conv, nn.LeakyReLU())
        self.conv_last = nn.Conv2d(64, in_channels, 3, padding=1)
        mean = (0.4488, 0.4371, 0.4040) if in_channels == 3 else (0.0,) * in_channels
        self.mean = torch.tensor(mean).view(1, -1, 1, 1)
        self.index, self.overlap_index = position_index(w), overlap_index(w, ow)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]; the sides are multiples of the window."""
        height, width = x.shape[2:]
        mask = shift_mask(height, width, self.size_multiple).to(x)
        mean = self.mean.to(x)
        first = self.conv_first(x - mean)
        tokens = self.patch_embed['norm'](first.flatten(2).transpose(1, 2))  # (B, H * W, C)
        for stage in self.layers:
            y = tokens
            for block in stage['residual_group']['blocks']:
                y = block(y, height, width, self.index, mask)
            y = stage['residual_group']['overlap_attn'](y, height, width, self.overlap_index)
            y = stage['conv'](y.transpose(1, 2).unflatten(2, (height, width)))
            tokens = tokens + y.flatten(2).transpose(1, 2)
        features = self.norm(tokens).transpose(1, 2).unflatten(2, (height, width))
        features = self.conv_before_upsample(self.conv_after_body(features) + first)
        return self.conv_last(features) + mean
