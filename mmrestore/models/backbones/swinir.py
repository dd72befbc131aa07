"""SwinIR: image restoration by attention in shifted windows (Liang et al., ICCV Workshops 2021).

Inside a stage the pixels are the rows of a (B * H * W, C) matrix, in the order of the attention
windows (``mmrestore.models.layers.windows``). Parameters have the names of official checkpoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone, Tokens
from mmrestore.models.layers.attention import chunks
from mmrestore.models.layers.convolutions import stage_convs
from mmrestore.models.layers.drop_path import DropPath
from mmrestore.models.layers.mlp import MLP
from mmrestore.models.layers.sizes import check_images, check_positive
from mmrestore.models.layers.tails import add_tail, apply_tail
from mmrestore.models.layers.transformer import (
    check_stages,
    image_mean,
    initialise_linear,
    rising_rates,
)
from mmrestore.models.layers.window_attention import WindowAttention
from mmrestore.models.layers.windows import (
    WindowGrid,
    rearrange,
    relative_position_index,
    shift_masks,
    to_image,
    to_rows,
    window_grid,
)
from mmrestore.models.official_weights import Converted, refuse_unpublished
from mmrestore.registry import MODELS, OFFICIAL

CHUNK_ROWS = 2048  # of a thread: the activations of a block stay in the cache


class Block(nn.Module):
    """Window attention and MLP, each with a layer norm before and a shortcut around it."""

    def __init__(
        self,
        channels: int,
        *,
        num_heads: int,
        window_size: int,
        mlp_ratio: float,
        drop_path_rate: float,
        shifted: bool,
    ) -> None:
        super().__init__()
        self.shifted = shifted
        self.norm1 = nn.LayerNorm(channels)
        self.attn = WindowAttention(channels, num_heads=num_heads, window_size=window_size)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = MLP(channels, int(channels * mlp_ratio))
        self.drop_path = DropPath(drop_path_rate)

    def forward(self, x: Tensor, grid: WindowGrid, index: Tensor, masks: Tensor) -> Tensor:
        """Map rows (B * H * W, C) in the order of this block.

        On a CPU and without gradients, a few windows at a time go through the whole block.
        """
        counts = grid.orders[self.shifted].counts
        masks = masks[: len(counts)]
        keeps_graph = torch.is_grad_enabled() or self.training
        if keeps_graph or x.device.type != 'cpu' or torch.compiler.is_compiling():
            return self._map(x, grid, index, masks, counts)
        pixels = len(index)
        size = max(1, CHUNK_ROWS * torch.get_num_threads() // pixels)
        return torch.cat(
            [
                self._map(rows, grid, index, masks[group : group + 1], [len(rows) // pixels])
                for group, windows in chunks(counts, size)
                for rows in [x[windows.start * pixels : windows.stop * pixels]]
            ]
        )

    def _map(
        self, x: Tensor, grid: WindowGrid, index: Tensor, masks: Tensor, counts: Sequence[int]
    ) -> Tensor:
        windows = self.norm1(x).unflatten(0, (-1, len(index)))
        x = self._add(x, self.attn(windows, index, masks, counts).flatten(0, 1), grid)
        return self._add(x, self.mlp(self.norm2(x)), grid)

    def _add(self, x: Tensor, branch: Tensor, grid: WindowGrid) -> Tensor:
        batch, height, width = grid.size
        factor = self.drop_path(x, batch)
        if factor is None:
            return x + branch
        image = grid.orders[self.shifted].pixels // (height * width)
        return torch.addcmul(x, branch, factor[image, None])


class Stage(nn.Module):
    """Blocks with plain and shifted windows in turn, convolutions and a shortcut."""

    def __init__(self, blocks: Sequence[Block], conv: nn.Module) -> None:
        super().__init__()
        self.residual_group = nn.ModuleDict({'blocks': nn.ModuleList(blocks)})
        self.conv = conv

    def forward(self, x: Tensor, grid: WindowGrid, index: Tensor, masks: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        shifted = False
        rows = rearrange(to_rows(x), grid.orders[0].pixels, grid.orders[0].places)
        for block in cast(list[Block], self.residual_group['blocks']):
            if block.shifted != shifted:
                shifted = block.shifted
                rows = rearrange(rows, *grid.moves[shifted])
            rows = block(rows, grid, index, masks)
        last = grid.orders[shifted]
        return x + self.conv(to_image(rearrange(rows, last.places, last.pixels), grid.size))


@MODELS.register_module()
class SwinIR(Backbone):
    """SwinIR for every published task.

    Args:
        in_channels: channels of the images; of three channels the mean of DIV2K is subtracted.
        embed_channels: width of the features.
        depths: number of blocks of every stage.
        num_heads: number of attention heads in the blocks of every stage.
        window_size: side of the attention windows.
        mlp_ratio: hidden channels of the MLPs, relative to ``embed_channels``.
        tail: from features to image. ``residual`` predicts what is added to the input (denoising,
            JPEG), or the image itself without long skips; ``pixelshuffle`` (classical),
            ``pixelshuffledirect`` (lightweight) and ``nearest+conv`` (real-world) are for
            super-resolution.
        scale: factor of height and width.
        num_convs: 3x3 convolutions after every stage, 1, or a bottleneck of 3 convolutions.
        image_range: factor of the image inside the network; 255 in the JPEG networks.
        drop_path_rate: rate of stochastic depth in the last block; it rises linearly from 0.
        shift: whether every second block shifts its windows by half a window.
        embed_kernel: side of the convolution that makes features of pixels, odd. With 1 a feature
            holds one pixel, which masked training needs.
        long_skips: whether the first features are added to the last ones, and with the tail
            ``residual`` the input to the output. The networks of masked training have none.

    Raises:
        ValueError: arguments that do not fit each other.

    Examples:
        >>> net = SwinIR(embed_channels=12, depths=[2], num_heads=[2], scale=2, tail='pixelshuffle')
        >>> net(torch.rand(1, 3, 8, 16)).shape
        torch.Size([1, 3, 16, 32])
    """

    mean: Tensor
    position_index: Tensor
    masks: Tensor
    ignored_keys = ('relative_position_index', 'attn_mask')  # buffers of official checkpoints
    attention = Tokens('layers.*.attn')  # windows (B * windows, pixels, C)
    block_names = ('layers.*.residual_group.blocks.*',)

    def __init__(
        self,
        in_channels: int = 3,
        *,
        embed_channels: int = 96,
        depths: Sequence[int] = (6, 6, 6, 6),
        num_heads: Sequence[int] = (6, 6, 6, 6),
        window_size: int = 8,
        mlp_ratio: float = 2,
        tail: str = 'residual',
        scale: int = 1,
        num_convs: int = 1,
        image_range: float = 1.0,
        drop_path_rate: float = 0.1,
        shift: bool = True,
        embed_kernel: int = 3,
        long_skips: bool = True,
    ) -> None:
        super().__init__()
        check_stages(embed_channels, depths, num_heads)
        check_positive('window_size', window_size)
        self.in_channels = in_channels
        self.scale = scale
        self.size_multiple = window_size
        self.image_range = image_range
        self.tail = tail
        self.shift = window_size // 2 if shift else 0

        if embed_kernel < 1 or embed_kernel % 2 == 0:
            raise ValueError(f'embed_kernel must be odd and positive, got {embed_kernel}')
        self.long_skips = long_skips
        if embed_kernel == 1:
            self.embedding = Tokens('conv_first', at='output', channel_dim=1)
        self.conv_first = nn.Conv2d(
            in_channels, embed_channels, embed_kernel, padding=embed_kernel // 2
        )
        self.patch_embed = nn.ModuleDict({'norm': nn.LayerNorm(embed_channels)})
        rates = iter(rising_rates(drop_path_rate, sum(depths)))
        self.layers = nn.ModuleList(
            Stage(
                [
                    Block(
                        embed_channels,
                        num_heads=heads,
                        window_size=window_size,
                        mlp_ratio=mlp_ratio,
                        drop_path_rate=next(rates),
                        shifted=self.shift > 0 and i % 2 == 1,
                    )
                    for i in range(depth)
                ],
                stage_convs(embed_channels, num_convs),
            )
            for depth, heads in zip(depths, num_heads, strict=True)
        )
        self.norm = nn.LayerNorm(embed_channels)
        self.conv_after_body = stage_convs(embed_channels, num_convs)
        add_tail(self, tail, channels=embed_channels, out_channels=in_channels, scale=scale)

        constants = {
            'mean': image_mean(in_channels),
            'position_index': relative_position_index(window_size),
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
        x = (x - self.mean) * self.image_range
        first = self.conv_first(x.contiguous(memory_format=torch.channels_last))
        features = to_image(self.patch_embed['norm'](to_rows(first)), size)
        for stage in self.layers:
            features = stage(features, grid, self.position_index, self.masks)
        features = to_image(self.norm(to_rows(features)), size)
        features = self.conv_after_body(features)
        y = apply_tail(self, self.tail, features + first if self.long_skips else features)
        if self.tail == 'residual' and self.long_skips:
            y = x + y
        return (y / self.image_range + self.mean).contiguous()


@OFFICIAL.register_module(name='SwinIR')
def official_swinir(
    weights: dict[str, Tensor],
    *,
    img_size: int = 64,
    patch_size: int = 1,
    in_chans: int = 3,
    embed_dim: int = 96,
    depths: Sequence[int] = (6, 6, 6, 6),
    num_heads: Sequence[int] = (6, 6, 6, 6),
    window_size: int = 7,
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
    upsampler: str | None = '',
    resi_connection: str = '1conv',
) -> Converted:
    """Return the network and the state dict of an official SwinIR.

    An official network with ``img_size <= window_size`` never shifts its windows, at no size.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    refuse_unpublished(
        'SwinIR',
        {
            'patch_size': patch_size != 1,
            'qkv_bias': not qkv_bias,
            'qk_scale': qk_scale is not None,
            'drop_rate': drop_rate != 0,
            'attn_drop_rate': attn_drop_rate != 0,
            'ape': ape,
            'patch_norm': not patch_norm,
            'img_size < window_size': img_size < window_size,
            'resi_connection': resi_connection not in ('1conv', '3conv'),
        },
    )
    net = SwinIR(
        in_chans,
        embed_channels=embed_dim,
        depths=depths,
        num_heads=num_heads,
        window_size=window_size,
        mlp_ratio=mlp_ratio,
        tail=upsampler or 'residual',
        scale=upscale if upsampler else 1,
        num_convs=int(resi_connection[0]),
        image_range=img_range,
        drop_path_rate=drop_path_rate,
        shift=img_size > window_size,
    )
    return net, weights


@OFFICIAL.register_module(name='SwinIR (MaskedDenoising)')
def official_masked_swinir(
    weights: dict[str, Tensor],
    *,
    talking_heads: bool = False,
    use_attn_fn: str = 'softmax',
    head_scale: bool = False,
    on_attn: bool = False,
    use_mask: bool = True,
    mask_ratio1: int = 50,
    mask_ratio2: int = 50,
    mask_is_diff: bool = False,
    type: str = 'stand',
    upscale: int = 2,
    in_chans: int = 3,
    img_size: int = 64,
    window_size: int = 7,
    img_range: float = 1.0,
    depths: Sequence[int] = (6, 6, 6, 6),
    embed_dim: int = 96,
    num_heads: Sequence[int] = (6, 6, 6, 6),
    mlp_ratio: float = 4.0,
    upsampler: str | None = '',
    resi_connection: str = '1conv',
    drop_path_rate: float = 0.1,
) -> Converted:
    """Return the network and the state dict of a network of masked training.

    It is a SwinIR with a 1x1 embedding and without long skips. Its attention masks (``use_mask``
    and the ratios in percent) are no part of our network: ``TokenMask`` attaches them.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    refuse_unpublished(
        'masked SwinIR',
        {
            'talking_heads': talking_heads,
            'use_attn_fn': use_attn_fn != 'softmax',
            'head_scale': head_scale,
            'on_attn': on_attn,
            'mask_is_diff': mask_is_diff,
            'type': type != 'stand',
            'upsampler': bool(upsampler),
            'img_size < window_size': img_size < window_size,
            'resi_connection': resi_connection not in ('1conv', '3conv'),
        },
    )
    net = SwinIR(
        in_chans,
        embed_channels=embed_dim,
        depths=depths,
        num_heads=num_heads,
        window_size=window_size,
        mlp_ratio=mlp_ratio,
        num_convs=int(resi_connection[0]),
        image_range=img_range,
        drop_path_rate=drop_path_rate,
        shift=img_size > window_size,
        embed_kernel=1,
        long_skips=False,
    )
    return net, weights
