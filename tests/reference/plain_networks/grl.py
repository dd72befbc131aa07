"""GRL in its plain form: slow and obvious, to test and to time the network of the package.

Every step is written as in the paper: roll, partition, cosine logits plus bias plus mask, softmax,
values, reverse, roll back. It loads the state dict of ``mmrestore.models.backbones.GRL``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.registry import MODELS

Pair = tuple[int, int]


def partition(x: Tensor, window: Pair) -> Tensor:
    """(B, H, W, C) to windows (B * windows, pixels, C)."""
    b, height, width, c = x.shape
    x = x.view(b, height // window[0], window[0], width // window[1], window[1], c)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, window[0] * window[1], c)


def reverse(windows: Tensor, window: Pair, height: int, width: int) -> Tensor:
    """Windows (B * windows, pixels, C) to (B, H, W, C)."""
    c = windows.shape[-1]
    x = windows.view(-1, height // window[0], width // window[1], *window, c)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, height, width, c)


def regions(height: int, width: int, window: Pair, shift: Pair) -> Tensor:
    """(windows, pixels): the number of the region of the rolled image that a pixel is in."""
    region = torch.zeros(1, height, width, 1)
    cuts = [
        (slice(0, -w), slice(-w, -s), slice(-s, None)) for w, s in zip(window, shift, strict=True)
    ]
    for i, rows in enumerate(cuts[0]):
        for j, columns in enumerate(cuts[1]):
            region[:, rows, columns] = 3 * i + j
    return partition(region, window).squeeze(-1)


@lru_cache(maxsize=32)
@torch.inference_mode(False)  # kept for training too
def mask(height: int, width: int, window: Pair, factor: int) -> Tensor:
    """(windows, anchors, pixels): -100 between pixels and anchors from different regions."""
    pixels = regions(height, width, window, over(window, 2))
    anchors = regions(
        height // factor, width // factor, over(window, factor), over(over(window, 2), factor)
    )
    return (anchors[:, :, None] != pixels[:, None, :]) * -100.0


def over(window: Pair, factor: int) -> Pair:
    """Both sides divided by a factor."""
    return window[0] // factor, window[1] // factor


@lru_cache(maxsize=32)
@torch.inference_mode(False)  # kept for training too
def coordinates(window: Pair, factor: int) -> Tensor:
    """(rows, columns, 2): relative positions of pixels and anchors on a logarithmic scale."""
    axes = []
    for w, a in zip(window, over(window, factor), strict=True):
        offset = (w - a) // 2
        t = torch.tensor([8 * i / (w - 1 - offset) for i in range(1 - a - offset, w - offset)])
        axes.append(torch.sign(t) * torch.log2(t.abs() + 1) / math.log2(8))
    return torch.stack(torch.meshgrid(*axes, indexing='ij'), -1)


@lru_cache(maxsize=32)
@torch.inference_mode(False)  # kept for training too
def position_index(queries: Pair, keys: Pair) -> Tensor:
    """(queries, keys): the row of the flattened table for every query and key."""
    row_q, row_k = (torch.arange(n[0] * n[1]) // n[1] for n in (queries, keys))
    column_q, column_k = (torch.arange(n[0] * n[1]) % n[1] for n in (queries, keys))
    rows = row_q[:, None] - row_k[None, :] + keys[0] - 1
    columns = column_q[:, None] - column_k[None, :] + keys[1] - 1
    return rows * (queries[1] + keys[1] - 1) + columns


class CosineAttention(nn.Module):
    """softmax(cos(q, k) * scale + bias + mask) v on (windows, heads, pixels, channels)."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((heads, 1, 1), math.log(10)))
        last = nn.Linear(512, heads, bias=False)
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), last)

    def forward(
        self, q: Tensor, k: Tensor, v: Tensor, table: Tensor, index: Tensor, mask: Tensor | None
    ) -> Tensor:
        """Attend inside windows."""
        logits = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
        logits = logits * torch.clamp(self.logit_scale, max=math.log(100)).exp()
        bias = self.cpb_mlp(table.to(q)).flatten(0, 1)[index.view(-1)]
        bias = bias.view(*index.shape, -1).permute(2, 0, 1).contiguous()
        logits = logits + 16 * torch.sigmoid(bias)
        if mask is not None:
            num = len(mask)
            logits = logits.view(-1, num, *logits.shape[1:]) + mask.to(q)[None, :, None]
            logits = logits.flatten(0, 1)
        return logits.softmax(-1) @ v


class MixedAttention(nn.Module):
    """Attention in windows and in anchored stripes on tokens (B, H * W, C)."""

    def __init__(
        self, channels: int, heads: Pair, window: int, stripe: Pair, factor: int, place: int
    ) -> None:
        super().__init__()
        self.heads, self.factor = heads, factor
        self.window = (window, window)
        self.stripe = stripe if place % 2 == 0 else (stripe[1], stripe[0])
        self.window_shifted, self.stripe_shifted = place % 2 == 0, place % 4 in (2, 3)
        self.qkv = nn.ModuleDict({'body': nn.Linear(channels, 3 * channels)})
        reduction = nn.ModuleDict({'reduction': nn.Linear(channels, channels // 2)})
        self.anchor = nn.ModuleDict({'body': nn.ModuleList([reduction])})
        self.window_attn = nn.ModuleDict({'attn_transform': CosineAttention(heads[0])})
        self.stripe_attn = nn.ModuleDict(
            {f'attn_transform{i}': CosineAttention(heads[1]) for i in (1, 2)}
        )
        self.proj = nn.Linear(channels, channels)

    def in_windows(self, qkv: Tensor) -> Tensor:
        """Map (B, H, W, 3 C / 2) to (B, H, W, C / 2)."""
        _, height, width, _ = qkv.shape
        window, shift = self.window, over(self.window, 2)
        if self.window_shifted:
            qkv = torch.roll(qkv, (-shift[0], -shift[1]), (1, 2))
        q, k, v = split(partition(qkv, window), 3, self.heads[0])
        masked = mask(height, width, window, 1) if self.window_shifted else None
        index = position_index(window, window)
        attend = self.window_attn['attn_transform']
        x = merge(attend(q, k, v, coordinates(window, 1), index, masked))
        x = reverse(x, window, height, width)
        return torch.roll(x, shift, (1, 2)) if self.window_shifted else x

    def in_stripes(self, qkv: Tensor, anchors: Tensor) -> Tensor:
        """Map (B, H, W, 3 C / 2) and anchors (B, H / factor, W / factor, C / 2)."""
        _, height, width, _ = qkv.shape
        stripe, shift = self.stripe, over(self.stripe, 2)
        small, small_shift = over(stripe, self.factor), over(shift, self.factor)
        if self.stripe_shifted:
            qkv = torch.roll(qkv, (-shift[0], -shift[1]), (1, 2))
            anchors = torch.roll(anchors, (-small_shift[0], -small_shift[1]), (1, 2))
        q, k, v = split(partition(qkv, stripe), 3, self.heads[1])
        (a,) = split(partition(anchors, small), 1, self.heads[1])
        masked = mask(height, width, stripe, self.factor) if self.stripe_shifted else None
        back = None if masked is None else masked.transpose(1, 2)
        table = coordinates(stripe, self.factor)
        gather, spread = self.stripe_attn['attn_transform1'], self.stripe_attn['attn_transform2']
        values = gather(a, k, v, table, position_index(small, stripe), masked)
        x = merge(spread(q, a, values, table, position_index(stripe, small), back))
        x = reverse(x, stripe, height, width)
        return torch.roll(x, shift, (1, 2)) if self.stripe_shifted else x

    def forward(self, x: Tensor, height: int, width: int) -> Tensor:
        """Map tokens."""
        image = x.transpose(1, 2).unflatten(2, (height, width))
        anchors = F.avg_pool2d(image, self.factor).permute(0, 2, 3, 1)
        anchors = self.anchor['body'][0]['reduction'](anchors)
        qkv = self.qkv['body'](x).unflatten(1, (height, width))
        window, stripe = qkv.chunk(2, dim=-1)
        both = [self.in_windows(window), self.in_stripes(stripe, anchors)]
        return self.proj(torch.cat(both, dim=-1).flatten(1, 2))


def split(windows: Tensor, parts: int, heads: int) -> tuple[Tensor, ...]:
    """(windows, pixels, parts * C) to parts (windows, heads, pixels, C / heads)."""
    num, pixels, c = windows.shape
    x = windows.reshape(num, pixels, parts, heads, c // parts // heads).permute(2, 0, 3, 1, 4)
    return tuple(x[i] for i in range(parts))


def merge(x: Tensor) -> Tensor:
    """(windows, heads, pixels, channels) to (windows, pixels, heads * channels)."""
    return x.transpose(1, 2).flatten(2)


class ChannelAttention(nn.Module):
    """Channels weighted by what they hold in the image."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        c = channels // 18
        layers = [nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, c, 1), nn.ReLU()]
        self.attention = nn.Sequential(*layers, nn.Conv2d(c, channels, 1), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W)."""
        return x * self.attention(x)


class Block(nn.Module):
    """Mixed attention and MLP on tokens (B, H * W, C), with layer norms behind them."""

    def __init__(
        self, channels: int, ratio: float, local: bool, drop: float, attn: nn.Module
    ) -> None:
        super().__init__()
        self.attn, self.drop = attn, drop
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        hidden = int(channels * ratio)
        self.mlp = nn.ModuleDict(
            {'fc1': nn.Linear(channels, hidden), 'fc2': nn.Linear(hidden, channels)}
        )
        self.conv = None
        if local:
            c = channels // 4
            convs = [nn.Conv2d(channels, c, 3, padding=1), nn.Conv2d(c, channels, 3, padding=1)]
            cab = nn.Sequential(convs[0], nn.GELU(), convs[1], ChannelAttention(channels))
            self.conv = nn.ModuleDict({'cab': cab})

    def drop_path(self, x: Tensor) -> Tensor:
        """Drop the branch of some images."""
        if not self.training or self.drop == 0:
            return x
        keep = 1 - self.drop
        return x * (x.new_empty(len(x)).bernoulli_(keep) / keep)[:, None, None]

    def forward(self, x: Tensor, height: int, width: int) -> Tensor:
        """Map tokens."""
        y = x + self.drop_path(self.norm1(self.attn(x, height, width)))
        if self.conv is not None:
            image = x.transpose(1, 2).unflatten(2, (height, width))
            y = y + self.conv['cab'](image).flatten(2).transpose(1, 2)
        return y + self.drop_path(self.norm2(self.mlp['fc2'](F.gelu(self.mlp['fc1'](y)))))


@MODELS.register_module()
class PlainGRL(nn.Module):
    """The plain form of GRL with the tail ``residual``; arguments as the network's."""

    scale = 1

    def __init__(
        self,
        in_channels: int = 3,
        *,
        out_channels: int | None = None,
        embed_channels: int = 128,
        depths: Sequence[int] = (4, 4, 4, 4),
        num_heads_window: Sequence[int] = (2, 2, 2, 2),
        num_heads_stripe: Sequence[int] = (2, 2, 2, 2),
        window_size: int = 8,
        stripe_size: Sequence[int] = (32, 32),
        anchor_factor: int = 4,
        mlp_ratio: float = 2,
        local_connection: bool = False,
        drop_path_rate: float = 0.1,
    ) -> None:
        super().__init__()
        c = embed_channels
        stripe = (stripe_size[0], stripe_size[1])
        self.in_channels, self.size_multiple = in_channels, max(window_size, *stripe)
        self.conv_first = nn.Conv2d(in_channels, c, 3, padding=1)
        self.norm_start, self.norm_end = nn.LayerNorm(c), nn.LayerNorm(c)
        drops = torch.linspace(0, drop_path_rate, sum(depths)).tolist()
        self.layers = nn.ModuleList()
        for depth, *heads in zip(depths, num_heads_window, num_heads_stripe, strict=True):
            pair = (heads[0], heads[1])
            blocks = nn.ModuleList()
            for i in range(depth):
                attn = MixedAttention(c, pair, window_size, stripe, anchor_factor, i)
                blocks.append(Block(c, mlp_ratio, local_connection, drops.pop(0), attn))
            conv = nn.Conv2d(c, c, 3, padding=1)
            self.layers.append(nn.ModuleDict({'blocks': blocks, 'conv': conv}))
        self.conv_after_body = nn.Conv2d(c, c, 3, padding=1)
        out_channels = out_channels or in_channels
        self.conv_last = nn.Conv2d(c, out_channels, 3, padding=1)
        self.residual = out_channels == in_channels
        mean = (0.4488, 0.4371, 0.4040) if in_channels == 3 else (0.0,)
        self.mean = torch.tensor(mean).view(1, -1, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]; the sides are multiples of windows and stripes."""
        height, width = x.shape[2:]
        mean = self.mean.to(x)
        x = x - mean
        first = self.conv_first(x)
        tokens = self.norm_start(first.flatten(2).transpose(1, 2))  # (B, H * W, C)
        for stage in self.layers:
            y = tokens
            for block in stage['blocks']:
                y = block(y, height, width)
            y = stage['conv'](y.transpose(1, 2).unflatten(2, (height, width)))
            tokens = tokens + y.flatten(2).transpose(1, 2)
        features = self.norm_end(tokens).transpose(1, 2).unflatten(2, (height, width))
        y = self.conv_last(self.conv_after_body(features) + first)
        return (x + y if self.residual else y) + mean
