"""SwinIR in its plain form: slow and obvious, to test and to time the network of the package.

Every step is written as in the paper: roll, partition into windows, softmax(q k^T + bias + mask) v,
reverse, roll back. As in the released code, bias and mask are added one after the other, masks are
-100, the bias is gathered in every forward pass, and q, k and v are taken by indices. Position
indices and masks are kept. It loads the state dict of ``mmrestore.models.backbones.SwinIR``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.registry import MODELS


def partition(x: Tensor, w: int) -> Tensor:
    """(B, H, W, C) to windows (B * windows, w * w, C)."""
    b, height, width, c = x.shape
    x = x.view(b, height // w, w, width // w, w, c)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, w * w, c)


def reverse(windows: Tensor, w: int, height: int, width: int) -> Tensor:
    """Windows (B * windows, w * w, C) to (B, H, W, C)."""
    x = windows.view(-1, height // w, width // w, w, w, windows.shape[-1])
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, height, width, windows.shape[-1])


@lru_cache(maxsize=32)
@torch.inference_mode(False)  # kept for training too
def position_index(w: int) -> Tensor:
    """(w * w, w * w): the row of the bias table for every query and key."""
    row, column = torch.arange(w * w) // w, torch.arange(w * w) % w
    rows = row[:, None] - row[None, :] + w - 1
    columns = column[:, None] - column[None, :] + w - 1
    return rows * (2 * w - 1) + columns


@lru_cache(maxsize=32)
@torch.inference_mode(False)  # kept for training too
def shift_mask(height: int, width: int, w: int) -> Tensor:
    """(windows, w * w, w * w): -100 between pixels from different regions of the rolled image."""
    shift = w // 2
    region = torch.zeros(1, height, width, 1)
    cuts = (slice(0, -w), slice(-w, -shift), slice(-shift, None))
    for i, rows in enumerate(cuts):
        for j, columns in enumerate(cuts):
            region[:, rows, columns] = 3 * i + j
    label = partition(region, w).squeeze(-1)
    return (label[:, :, None] != label[:, None, :]) * -100.0


class Attention(nn.Module):
    """Attention in windows (B * windows, n, C)."""

    def __init__(self, channels: int, heads: int, w: int) -> None:
        super().__init__()
        self.heads, self.w = heads, w
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * w - 1) ** 2, heads))
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Attend inside windows."""
        windows, n, c = x.shape
        qkv = self.qkv(x).reshape(windows, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]  # (windows, heads, n, c / heads)
        logits = (q * (c // self.heads) ** -0.5) @ k.transpose(-2, -1)
        bias = self.relative_position_bias_table[position_index(self.w).view(-1)]
        logits = logits + bias.view(n, n, -1).permute(2, 0, 1).contiguous()
        if mask is not None:
            num = mask.shape[0]
            logits = logits.view(windows // num, num, self.heads, n, n) + mask[None, :, None]
            logits = logits.view(-1, self.heads, n, n)
        return self.proj((logits.softmax(-1) @ v).transpose(1, 2).reshape(windows, n, c))


class Block(nn.Module):
    """Attention and MLP on tokens (B, H * W, C)."""

    def __init__(
        self, channels: int, heads: int, w: int, ratio: float, shift: int, drop: float
    ) -> None:
        super().__init__()
        self.w, self.shift, self.drop = w, shift, drop
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.attn = Attention(channels, heads, w)
        hidden = int(channels * ratio)
        self.mlp = nn.ModuleDict(
            {'fc1': nn.Linear(channels, hidden), 'fc2': nn.Linear(hidden, channels)}
        )

    def drop_path(self, x: Tensor) -> Tensor:
        """Drop the branch of some images."""
        if not self.training or self.drop == 0:
            return x
        keep = 1 - self.drop
        return x * (x.new_empty(len(x)).bernoulli_(keep) / keep)[:, None, None]

    def forward(self, x: Tensor, height: int, width: int, mask: Tensor) -> Tensor:
        """Map tokens; odd blocks work in shifted windows."""
        b, length, c = x.shape
        y = self.norm1(x).view(b, height, width, c)
        if self.shift:
            y = torch.roll(y, (-self.shift, -self.shift), (1, 2))
        y = self.attn(partition(y, self.w), mask if self.shift else None)
        y = reverse(y, self.w, height, width)
        if self.shift:
            y = torch.roll(y, (self.shift, self.shift), (1, 2))
        x = x + self.drop_path(y.reshape(b, length, c))
        return x + self.drop_path(self.mlp['fc2'](F.gelu(self.mlp['fc1'](self.norm2(x)))))


def convs(channels: int, num: int) -> nn.Module:
    """One 3x3 convolution, or the bottleneck of three."""
    if num == 1:
        return nn.Conv2d(channels, channels, 3, padding=1)
    c = channels // 4
    layers = [nn.Conv2d(channels, c, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(c, c, 1)]
    return nn.Sequential(*layers, nn.LeakyReLU(0.2), nn.Conv2d(c, channels, 3, padding=1))


@MODELS.register_module()
class PlainSwinIR(nn.Module):
    """The plain form of SwinIR with the tail ``residual``; arguments as the network's."""

    scale = 1

    def __init__(
        self,
        in_channels: int = 3,
        *,
        embed_channels: int = 96,
        depths: Sequence[int] = (6, 6, 6, 6),
        num_heads: Sequence[int] = (6, 6, 6, 6),
        window_size: int = 8,
        mlp_ratio: float = 2,
        num_convs: int = 1,
        drop_path_rate: float = 0.1,
        embed_kernel: int = 3,
        long_skips: bool = True,
    ) -> None:
        super().__init__()
        self.long_skips = long_skips
        c = embed_channels
        self.in_channels, self.size_multiple = in_channels, window_size
        self.conv_first = nn.Conv2d(in_channels, c, embed_kernel, padding=embed_kernel // 2)
        self.patch_embed = nn.ModuleDict({'norm': nn.LayerNorm(c)})
        drops = torch.linspace(0, drop_path_rate, sum(depths)).tolist()
        self.layers = nn.ModuleList()
        for depth, heads in zip(depths, num_heads, strict=True):
            shifts = [0 if i % 2 == 0 else window_size // 2 for i in range(depth)]
            blocks = [Block(c, heads, window_size, mlp_ratio, s, drops.pop(0)) for s in shifts]
            group = nn.ModuleDict({'blocks': nn.ModuleList(blocks)})
            conv = convs(c, num_convs)
            self.layers.append(nn.ModuleDict({'residual_group': group, 'conv': conv}))
        self.norm = nn.LayerNorm(c)
        self.conv_after_body = convs(c, num_convs)
        self.conv_last = nn.Conv2d(c, in_channels, 3, padding=1)
        mean = (0.4488, 0.4371, 0.4040) if in_channels == 3 else (0.0,) * in_channels
        self.mean = torch.tensor(mean).view(1, -1, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]; the sides are multiples of the window."""
        height, width = x.shape[2:]
        mask = shift_mask(height, width, self.size_multiple)
        mean = self.mean.to(x)
        x = x - mean
        first = self.conv_first(x)
        tokens = self.patch_embed['norm'](first.flatten(2).transpose(1, 2))  # (B, H * W, C)
        for stage in self.layers:
            y = tokens
            for block in stage['residual_group']['blocks']:
                y = block(y, height, width, mask.to(x))
            y = stage['conv'](y.transpose(1, 2).unflatten(2, (height, width)))
            tokens = tokens + y.flatten(2).transpose(1, 2)
        features = self.norm(tokens).transpose(1, 2).unflatten(2, (height, width))
        features = self.conv_after_body(features)
        if not self.long_skips:
            return self.conv_last(features) + mean
        return x + self.conv_last(features + first) + mean
