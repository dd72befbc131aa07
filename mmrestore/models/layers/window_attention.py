"""Multi-head self-attention in windows."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mmrestore.models.layers.attention import biased_attention


def position_bias(table: Tensor, index: Tensor) -> Tensor:
    """Return the rows of a table of position biases that every query and key needs.

    Gathering within a row for each head is several times faster than gathering rows of a few heads,
    in the backward pass too.

    Args:
        table: (positions, heads).
        index: the row of the table for every query and key, (queries, keys).

    Returns:
        (heads, queries, keys).

    Examples:
        >>> position_bias(torch.tensor([[1.0], [2.0]]), torch.tensor([[0, 1], [1, 0]]))
        tensor([[[1., 2.],
                 [2., 1.]]])
    """
    return table.t().contiguous().index_select(1, index.flatten()).unflatten(1, index.shape)


class WindowAttention(nn.Module):
    """Multi-head self-attention with a bias for every relative position (Swin Transformer, eq. 4).

    Args:
        channels: width of the features.
        num_heads: number of attention heads.
        window_size: side of the windows.
    """

    def __init__(self, channels: int, *, num_heads: int, window_size: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        table = torch.empty((2 * window_size - 1) ** 2, num_heads)
        self.relative_position_bias_table = nn.Parameter(nn.init.trunc_normal_(table, std=0.02))
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)

    def forward(
        self, x: Tensor, position_index: Tensor, masks: Tensor, counts: Sequence[int]
    ) -> Tensor:
        """Map windows (windows, pixels, C) that are sorted by mask.

        Args:
            x: the windows.
            position_index: ``relative_position_index`` of the window.
            masks: (masks, pixels, pixels), added to the logits.
            counts: number of windows that need each of the masks.
        """
        # Gathered in every call: a bias kept from the last one would be wrong after any change of
        # the table, and some (an exchange of averaged weights) leave no trace on the parameter.
        bias = position_bias(self.relative_position_bias_table, position_index)
        bias = bias + masks[:, None]  # (masks, heads, pixels, pixels)
        qkv = self.qkv(x).unflatten(2, (3, self.num_heads, -1))
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind()  # (windows, heads, pixels, C / heads)
        return self.proj(biased_attention(q, k, v, bias, counts=counts, scale=q.shape[-1] ** -0.5))
