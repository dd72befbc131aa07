"""HAT: restoration by window, channel and overlapping attention (Chen et al., CVPR 2023).

Features are channels-last images, so convolutions, layer norms and linear layers see them without a
copy; only attention gathers its windows. Parameters have the names of official checkpoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone, Tokens
from mmrestore.models.layers.attention import biased_attention
from mmrestore.models.layers.channel_attention import ChannelAttentionBlock
from mmrestore.models.layers.convolutions import conv3x3
from mmrestore.models.layers.drop_path import DropPath
from mmrestore.models.layers.mlp import MLP
from mmrestore.models.layers.overlapping_windows import (
    overlap_position_index,
    overlapping_windows,
)
from mmrestore.models.layers.sizes import check_images, check_positive
from mmrestore.models.layers.tails import add_tail, apply_tail
from mmrestore.models.layers.transformer import (
    check_stages,
    image_mean,
    initialise_linear,
    rising_rates,
)
from mmrestore.models.layers.window_attention import WindowAttention, position_bias
from mmrestore.models.layers.windows import (
    WindowOrder,
    rearrange,
    relative_position_index,
    shift_masks,
    to_image,
    to_rows,
    window_grid,
)
from mmrestore.models.official_weights import Converted, refuse_unpublished
from mmrestore.registry import MODELS, OFFICIAL

TAIL = 'pixelshuffle'


class Windows(NamedTuple):
    """The orders of pixels, relative positions and masks that all blocks share."""

    orders: tuple[WindowOrder, WindowOrder]
    position_index: Tensor
    masks: Tensor
    overlap_index: Tensor


class HybridBlock(nn.Module):
    """Window attention in parallel with convolutions and channel attention, then an MLP (HAB)."""

    def __init__(
        self,
        channels: int,
        *,
        num_heads: int,
        window_size: int,
        mlp_ratio: float,
        compress_ratio: int,
        squeeze_factor: int,
        conv_scale: float,
        drop_path_rate: float,
        shifted: bool,
    ) -> None:
        super().__init__()
        self.shifted = shifted
        self.conv_scale = conv_scale
        self.norm1 = nn.LayerNorm(channels)
        self.attn = WindowAttention(channels, num_heads=num_heads, window_size=window_size)
        self.conv_block = ChannelAttentionBlock(
            channels, hidden=channels // compress_ratio, squeezed=channels // squeeze_factor
        )
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = MLP(channels, int(channels * mlp_ratio))
        self.drop_path = DropPath(drop_path_rate)

    def forward(self, x: Tensor, windows: Windows) -> Tensor:
        """Map features (B, C, H, W); stochastic depth spares the convolutions."""
        size = (x.shape[0], x.shape[2], x.shape[3])
        rows = self.norm1(to_rows(x))
        features, weights = self.conv_block(to_image(rows, size))
        x = self._add(x, to_image(self._attend(rows, windows), size))
        x = torch.addcmul(x, features, self.conv_scale * weights)
        return self._add(x, to_image(self.mlp(self.norm2(to_rows(x))), size))

    def _attend(self, rows: Tensor, windows: Windows) -> Tensor:
        pixels, places, counts = windows.orders[self.shifted]
        x = rearrange(rows, pixels, places).unflatten(0, (-1, len(windows.position_index)))
        y = self.attn(x, windows.position_index, windows.masks[: len(counts)], counts)
        return rearrange(y.flatten(0, 1), places, pixels)

    def _add(self, x: Tensor, branch: Tensor) -> Tensor:
        factor = self.drop_path(x, x.shape[0])
        return x + branch if factor is None else torch.addcmul(x, branch, factor.view(-1, 1, 1, 1))


class OverlappingBlock(nn.Module):
    """Attention of every window to a larger one around it, and an MLP (OCAB).

    Pixels outside of the image have keys and values 0 and take part in the softmax.
    """

    def __init__(
        self, channels: int, *, num_heads: int, window_size: int, key_window: int, mlp_ratio: float
    ) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.window_size = window_size
        self.key_window = key_window
        self.norm1 = nn.LayerNorm(channels)
        self.qkv = nn.Linear(channels, 3 * channels)
        table = torch.empty((window_size + key_window - 1) ** 2, num_heads)
        self.relative_position_bias_table = nn.Parameter(nn.init.trunc_normal_(table, std=0.02))
        self.proj = nn.Linear(channels, channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = MLP(channels, int(channels * mlp_ratio))

    def forward(self, x: Tensor, windows: Windows) -> Tensor:
        """Map features (B, C, H, W)."""
        size = (x.shape[0], x.shape[2], x.shape[3])
        x = x + to_image(self._attend(self.norm1(to_rows(x)), windows, size), size)
        return x + to_image(self.mlp(self.norm2(to_rows(x))), size)

    def _attend(self, rows: Tensor, windows: Windows, size: tuple[int, int, int]) -> Tensor:
        side, heads, channels = self.window_size, self.num_heads, rows.shape[1]
        pixels, places, counts = windows.orders[0]
        q, kv = self.qkv(rows).split([channels, 2 * channels], 1)
        q = rearrange(q, pixels, places).view(-1, side**2, heads, channels // heads)
        kv = overlapping_windows(kv.unflatten(0, size), window=side, key_window=self.key_window)
        # (windows, heads, keys, channels / heads)
        k, v = kv.unflatten(2, (2, heads, -1)).permute(2, 0, 3, 1, 4).unbind()
        bias = position_bias(self.relative_position_bias_table, windows.overlap_index)
        scale = k.shape[-1] ** -0.5
        y = biased_attention(q.transpose(1, 2), k, v, bias[None], counts=counts, scale=scale)
        return rearrange(self.proj(y.flatten(0, 1)), places, pixels)


class Stage(nn.Module):
    """Hybrid blocks, an overlapping block, a convolution and a shortcut (RHAG)."""

    def __init__(self, blocks: Sequence[HybridBlock], overlap_attn: OverlappingBlock) -> None:
        super().__init__()
        self.residual_group = nn.ModuleDict(
            {'blocks': nn.ModuleList(blocks), 'overlap_attn': overlap_attn}
        )
        channels = overlap_attn.proj.out_features
        self.conv = conv3x3(channels, channels)

    def forward(self, x: Tensor, windows: Windows) -> Tensor:
        """Map features (B, C, H, W)."""
        y = x
        for block in cast(list[HybridBlock], self.residual_group['blocks']):
            y = block(y, windows)
        return x + self.conv(self.residual_group['overlap_attn'](y, windows))


@MODELS.register_module()
class HAT(Backbone):
    """HAT for every published size and scale, and at scale 1.

    The published networks are for super-resolution and have no head for denoising. At scale 1 their
    body is followed by the same tail without a step that enlarges; no input is added to the output.

    The TRAPS paper gives 9.41 M parameters for HAT-S at scale 1 and no configuration. The published
    HAT-S (``embed_channels=144, compress_ratio=24, squeeze_factor=24``) has 9,325,759 there. One
    change of it gives the number: ``num_heads`` of 8 (9,413,203, the likeliest), ``squeeze_factor``
    10 (9,408,991), ``overlap_ratio`` 2 (9,413,887) or, cutting digits off, ``compress_ratio`` 20
    (9,419,107). The count cannot tell which it was.

    Args:
        in_channels: channels of the images; of three channels the mean of DIV2K is subtracted.
        embed_channels: width of the features.
        depths: number of hybrid blocks of every stage; an overlapping block follows them.
        num_heads: number of attention heads in the blocks of every stage.
        window_size: side of the attention windows.
        overlap_ratio: how much longer the sides of the windows of overlapping attention are.
        compress_ratio: width of the features relative to that inside the convolutional branch.
        squeeze_factor: width of the features relative to that inside the channel attention.
        conv_scale: factor of the convolutional branch.
        mlp_ratio: hidden channels of the MLPs, relative to ``embed_channels``.
        scale: factor of height and width, published as 2, 3 and 4.
        drop_path_rate: rate of stochastic depth in the last block; it rises linearly from 0.

    Raises:
        ValueError: arguments that do not fit each other.

    Examples:
        >>> net = HAT(embed_channels=30, depths=[2], num_heads=[2], window_size=8, scale=2)
        >>> net(torch.rand(1, 3, 8, 16)).shape
        torch.Size([1, 3, 16, 32])
    """

    mean: Tensor
    position_index: Tensor
    overlap_index: Tensor
    masks: Tensor
    global_statistics = True  # of channel attention
    # Windows (B * windows, pixels, C), and rows (B * pixels, C) of the overlapping blocks.
    attention = Tokens(('layers.*.attn', 'layers.*.overlap_attn.qkv'))
    # buffers of official checkpoints
    ignored_keys = ('relative_position_index_SA', 'relative_position_index_OCA')
    block_names = ('layers.*.residual_group.blocks.*', 'layers.*.residual_group.overlap_attn')

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
        scale: int = 1,
        drop_path_rate: float = 0.1,
    ) -> None:
        super().__init__()
        check_stages(embed_channels, depths, num_heads)
        check_positive('window_size', window_size)
        border = int(window_size * overlap_ratio)
        _check(embed_channels, window_size, border, compress_ratio, squeeze_factor)
        self.in_channels = in_channels
        self.scale = scale
        self.size_multiple = window_size
        self.shift = window_size // 2

        self.conv_first = conv3x3(in_channels, embed_channels)
        self.patch_embed = nn.ModuleDict({'norm': nn.LayerNorm(embed_channels)})
        rates = iter(rising_rates(drop_path_rate, sum(depths)))
        self.layers = nn.ModuleList(
            Stage(
                [
                    HybridBlock(
                        embed_channels,
                        num_heads=heads,
                        window_size=window_size,
                        mlp_ratio=mlp_ratio,
                        compress_ratio=compress_ratio,
                        squeeze_factor=squeeze_factor,
                        conv_scale=conv_scale,
                        drop_path_rate=next(rates),
                        shifted=i % 2 == 1,
                    )
                    for i in range(depth)
                ],
                OverlappingBlock(
                    embed_channels,
                    num_heads=heads,
                    window_size=window_size,
                    key_window=window_size + border,
                    mlp_ratio=mlp_ratio,
                ),
            )
            for depth, heads in zip(depths, num_heads, strict=True)
        )
        self.norm = nn.LayerNorm(embed_channels)
        self.conv_after_body = conv3x3(embed_channels, embed_channels)
        add_tail(self, TAIL, channels=embed_channels, out_channels=in_channels, scale=scale)

        constants = {
            'mean': image_mean(in_channels),
            'position_index': relative_position_index(window_size),
            'overlap_index': overlap_position_index(window_size, window_size + border),
            'masks': shift_masks(window_size, self.shift),
        }
        for name, value in constants.items():
            self.register_buffer(name, value, persistent=False)
        self.apply(initialise_linear)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1], H and W multiples of ``size_multiple``."""
        check_images(x, self.in_channels, self.size_multiple)
        size = (x.shape[0], x.shape[2], x.shape[3])
        grid = window_grid(size, window=self.size_multiple, shift=self.shift, device=x.device)
        windows = Windows(grid.orders, self.position_index, self.masks, self.overlap_index)
        x = (x - self.mean).contiguous(memory_format=torch.channels_last)
        first = self.conv_first(x)
        features = to_image(self.patch_embed['norm'](to_rows(first)), size)
        for stage in self.layers:
            features = stage(features, windows)
        features = to_image(self.norm(to_rows(features)), size)
        y = apply_tail(self, TAIL, self.conv_after_body(features) + first)
        return (y + self.mean).contiguous()


def _check(channels: int, window: int, border: int, compress: int, squeeze: int) -> None:
    if border < 0 or border % 2:
        raise ValueError(
            f'overlap_ratio makes the windows of {window} pixels longer by {border}: expected an '
            'even number, one half for each side'
        )
    for name, value in [('compress_ratio', compress), ('squeeze_factor', squeeze)]:
        if not 1 <= value <= channels:
            raise ValueError(f'{name} must be in 1 ... embed_channels={channels}, got {value}')


@OFFICIAL.register_module(name='HAT')
def official_hat(
    weights: dict[str, Tensor],
    *,
    img_size: int = 64,
    patch_size: int = 1,
    in_chans: int = 3,
    embed_dim: int = 96,
    depths: Sequence[int] = (6, 6, 6, 6),
    num_heads: Sequence[int] = (6, 6, 6, 6),
    window_size: int = 7,
    compress_ratio: int = 3,
    squeeze_factor: int = 30,
    conv_scale: float = 0.01,
    overlap_ratio: float = 0.5,
    mlp_ratio: float = 4.0,
    qkv_bias: bool = True,
    qk_scale: float | None = None,
    drop_rate: float = 0.0,
    attn_drop_rate: float = 0.0,
    drop_path_rate: float = 0.1,
    ape: bool = False,
    patch_norm: bool = True,
    use_checkpoint: bool = False,
    upscale: int = 2,
    img_range: float = 1.0,
    upsampler: str = '',
    resi_connection: str = '1conv',
) -> Converted:
    """Return the network and the state dict of an official HAT.

    Without an ``upsampler`` an official network returns its input, so that is no network to load.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    refuse_unpublished(
        'HAT',
        {
            'patch_size': patch_size != 1,
            'qkv_bias': not qkv_bias,
            'qk_scale': qk_scale is not None,
            'drop_rate': drop_rate != 0,
            'attn_drop_rate': attn_drop_rate != 0,
            'ape': ape,
            'patch_norm': not patch_norm,
            'img_size <= window_size': img_size <= window_size,
            'img_range': img_range != 1,
            'upsampler': upsampler != 'pixelshuffle',
            'resi_connection': resi_connection != '1conv',
        },
    )
    net = HAT(
        in_chans,
        embed_channels=embed_dim,
        depths=depths,
        num_heads=num_heads,
        window_size=window_size,
        overlap_ratio=overlap_ratio,
        compress_ratio=compress_ratio,
        squeeze_factor=squeeze_factor,
        conv_scale=conv_scale,
        mlp_ratio=mlp_ratio,
        scale=upscale,
        drop_path_rate=drop_path_rate,
    )
    return net, weights
