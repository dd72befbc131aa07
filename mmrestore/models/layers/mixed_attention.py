"""Mixed attention of GRL: half of the channels in windows, half in anchored stripes.

Anchors are averages of ``anchor_factor`` x ``anchor_factor`` pixels. In a stripe they gather the
values of all pixels, and every pixel gathers from them: the cost grows with the number of pixels
times the number of anchors, so stripes may be large.
"""

from __future__ import annotations

import math
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.layers.anchored_windows import Grid, Layout
from mmrestore.models.layers.attention import biased_attention
from mmrestore.models.layers.unit_vectors import unit_vectors
from mmrestore.models.layers.window_attention import position_bias
from mmrestore.models.layers.windows import rearrange, to_image, to_rows

HIDDEN_CHANNELS = 512  # of the networks that make position biases
MASK = -100.0  # not less: a logit scale of 100 outweighs it, as in the released networks


class CosineAttention(nn.Module):
    """Softmax of scaled cosines and position biases (Swin Transformer V2, section 3.2 and 3.3).

    Args:
        num_heads: number of attention heads.
    """

    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, HIDDEN_CHANNELS),
            nn.ReLU(inplace=True),
            nn.Linear(HIDDEN_CHANNELS, num_heads, bias=False),
        )

    def bias(self, coordinates: Tensor, queries: Grid) -> Tensor:
        """Return the bias of the logits in windows without a mask, (heads, queries, keys)."""
        table = 16 * self.cpb_mlp(coordinates.flatten(0, 1)).sigmoid()  # (positions, heads)
        return position_bias(table, queries.positions)

    def forward(
        self, q: Tensor, k: Tensor, v: Tensor, bias: Tensor, queries: Grid, keys: Grid
    ) -> Tensor:
        """Return what the queries gather, (windows, queries, C).

        Args:
            q: unit vectors of the queries (windows, heads, queries, C / heads).
            k: unit vectors of the keys.
            v: values of the keys.
            bias: that of ``bias``.
            queries: where the queries lie.
            keys: where the keys lie.
        """
        bias = bias[None]
        if queries.sides is not None and keys.sides is not None:
            apart = queries.sides[:, None, :, None] != keys.sides[:, None, None, :]
            bias = bias + MASK * apart  # (masks, heads, queries, keys)
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        q, k = (q, k * scale) if k.shape[2] < q.shape[2] else (q * scale, k)
        return biased_attention(q, k, v, bias, counts=queries.order.counts, scale=1.0)


class MixedAttention(nn.Module):
    """Attention in windows and in anchored stripes (GRL, section 4.2).

    Args:
        channels: width of the features, a half for the windows and a half for the stripes.
        num_heads_window: number of attention heads in windows.
        num_heads_stripe: number of attention heads in stripes.
        anchor_factor: side of the squares of pixels that are averaged to an anchor.
    """

    def __init__(
        self, channels: int, *, num_heads_window: int, num_heads_stripe: int, anchor_factor: int
    ) -> None:
        super().__init__()
        self.num_heads_window, self.num_heads_stripe = num_heads_window, num_heads_stripe
        self.anchor_factor = anchor_factor
        self.qkv = nn.ModuleDict({'body': nn.Linear(channels, 3 * channels)})
        reduction = nn.ModuleDict({'reduction': nn.Linear(channels, channels // 2)})
        self.anchor = nn.ModuleDict({'body': nn.ModuleList([reduction])})
        self.window_attn = nn.ModuleDict({'attn_transform': CosineAttention(num_heads_window)})
        self.stripe_attn = nn.ModuleDict(
            {f'attn_transform{i}': CosineAttention(num_heads_stripe) for i in (1, 2)}
        )
        self.proj = nn.Linear(channels, channels)

    def forward(
        self,
        x: Tensor,
        size: tuple[int, int, int],
        windows: Layout,
        stripes: Layout,
        num_rows: int,
    ) -> tuple[Tensor, Tensor]:
        """Return what the pixels gather in windows and in stripes; ``merge`` puts it together.

        Args:
            x: the pixels in raster order, (B * H * W, C).
            size: (B, H, W).
            windows: the windows.
            stripes: the stripes and their anchors.
            num_rows: about how many pixels to work on at a time.

        Returns:
            (B * H * W, C / 2) in the order of the windows and of the stripes.
        """
        body = cast(nn.Linear, self.qkv['body'])
        weights, biases = body.weight.chunk(2), body.bias.chunk(2)
        return (
            self._in_windows(x, weights[0], biases[0], windows, num_rows),
            self._in_stripes(x, weights[1], biases[1], self._anchors(x, size), stripes, num_rows),
        )

    def merge(
        self, branches: tuple[Tensor, Tensor], windows: Layout, stripes: Layout, part: slice
    ) -> Tensor:
        """Return a part of the rows (B * H * W, C) in raster order from what ``forward`` gives."""
        orders = [layout.pixels.order for layout in (windows, stripes)]
        halves = [
            rearrange(branch, order.places[part], order.pixels)
            for branch, order in zip(branches, orders, strict=True)
        ]
        return self.proj(torch.cat(halves, dim=1))

    def _anchors(self, x: Tensor, size: tuple[int, int, int]) -> Tensor:
        averages = to_rows(F.avg_pool2d(to_image(x, size), self.anchor_factor))
        return self.anchor.get_submodule('body.0.reduction')(averages)

    def _in_windows(
        self, x: Tensor, weight: Tensor, bias: Tensor, layout: Layout, num_rows: int
    ) -> Tensor:
        attend = cast(CosineAttention, self.window_attn['attn_transform'])
        positions = attend.bias(layout.coordinates, layout.pixels)
        outputs = []
        for pixels, _ in layout.pieces(num_rows):
            q, k, v = queries_keys_values(x, weight, bias, pixels, self.num_heads_window)
            outputs.append(attend(q, k, v, positions, pixels, pixels).flatten(0, 1))
        return join(outputs)

    def _in_stripes(
        self,
        x: Tensor,
        weight: Tensor,
        bias: Tensor,
        anchors: Tensor,
        layout: Layout,
        num_rows: int,
    ) -> Tensor:
        heads = self.num_heads_stripe
        gather, spread = cast(list[CosineAttention], self.stripe_attn.values())
        gather_bias = gather.bias(layout.coordinates, layout.anchors)
        spread_bias = spread.bias(layout.coordinates, layout.pixels)
        outputs = []
        for pixels, places in layout.pieces(num_rows):
            q, k, v = queries_keys_values(x, weight, bias, pixels, heads)
            rows = rearrange(anchors, places.order.pixels, places.order.places)
            a = unit_vectors(split_heads(rows, places, 1, heads))[:, :, 0].transpose(1, 2)
            values = gather(a, k, v, gather_bias, places, pixels).unflatten(2, (heads, -1))
            y = spread(q, a, values.transpose(1, 2), spread_bias, pixels, places)
            outputs.append(y.flatten(0, 1))
        return join(outputs)


def queries_keys_values(
    x: Tensor, weight: Tensor, bias: Tensor, pixels: Grid, num_heads: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Return (windows, heads, pixels, C / heads) each, queries and keys as unit vectors."""
    rows = F.linear(rearrange(x, pixels.order.pixels, pixels.order.places), weight, bias)
    qk, v = split_heads(rows, pixels, 3, num_heads).split([2, 1], dim=2)
    q, k = unit_vectors(qk).transpose(1, 3).unbind(2)  # normalised before it is strided
    return q, k, v[:, :, 0].transpose(1, 2)


def split_heads(rows: Tensor, grid: Grid, parts: int, num_heads: int) -> Tensor:
    """View rows (windows * pixels, parts * C) as (windows, pixels, parts, heads, C / heads)."""
    return rows.view(
        -1, grid.shape[0] * grid.shape[1], parts, num_heads, rows.shape[1] // parts // num_heads
    )


def join(pieces: list[Tensor]) -> Tensor:
    """Return rows one below the other, without a copy of a single piece."""
    return pieces[0] if len(pieces) == 1 else torch.cat(pieces)
