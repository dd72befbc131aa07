"""GRL: image restoration by global, regional and local attention (Li et al., CVPR 2023).

Inside a stage the pixels are the rows of a (B * H * W, C) matrix in raster order; windows and
stripes gather theirs (``mmrestore.models.layers.windows``). Parameters have the names of official
checkpoints.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone, Tokens
from mmrestore.models.layers.anchored_windows import Layout, Windows
from mmrestore.models.layers.channel_attention import ChannelAttentionBlock
from mmrestore.models.layers.convolutions import conv3x3
from mmrestore.models.layers.drop_path import DropPath
from mmrestore.models.layers.mixed_attention import MixedAttention, join
from mmrestore.models.layers.mlp import MLP
from mmrestore.models.layers.sizes import check_images, check_positive
from mmrestore.models.layers.tails import add_tail, apply_tail
from mmrestore.models.layers.transformer import image_mean, initialise_linear, rising_rates
from mmrestore.models.layers.windows import to_image, to_rows
from mmrestore.models.official_weights import Converted, refuse_unpublished
from mmrestore.registry import MODELS, OFFICIAL

CHUNK_ROWS = 2048  # of a thread: the activations of a block stay in the cache
PERIOD = 4  # of the blocks of a stage: their windows and stripes repeat


class Block(nn.Module):
    """Mixed attention and MLP, each with a layer norm behind and a shortcut around both."""

    def __init__(
        self,
        channels: int,
        *,
        num_heads_window: int,
        num_heads_stripe: int,
        anchor_factor: int,
        mlp_ratio: float,
        local_connection: bool,
        drop_path_rate: float,
    ) -> None:
        super().__init__()
        self.attn = MixedAttention(
            channels,
            num_heads_window=num_heads_window,
            num_heads_stripe=num_heads_stripe,
            anchor_factor=anchor_factor,
        )
        self.norm1 = nn.LayerNorm(channels)
        self.conv = None
        if local_connection:
            self.conv = ChannelAttentionBlock(
                channels, hidden=channels // 4, squeezed=channels // 18
            )
        self.mlp = MLP(channels, int(channels * mlp_ratio))
        self.norm2 = nn.LayerNorm(channels)
        self.drop_path = DropPath(drop_path_rate)

    def forward(
        self, x: Tensor, size: tuple[int, int, int], windows: Layout, stripes: Layout
    ) -> Tensor:
        """Map rows (B * H * W, C) of images of ``size`` (B, H, W).

        On a CPU and without gradients, a few windows and a few rows at a time go through all steps.
        """
        keeps_graph = torch.is_grad_enabled() or self.training
        if keeps_graph or x.device.type != 'cpu' or torch.compiler.is_compiling():
            num_rows, parts = x.shape[0], [slice(None)]
        else:
            num_rows = CHUNK_ROWS * torch.get_num_threads()
            parts = [slice(i, i + num_rows) for i in range(0, x.shape[0], num_rows)]
        branches = self.attn(x, size, windows, stripes, num_rows)
        local = None if self.conv is None else _product(self.conv(to_image(x, size)))
        pieces = []
        for part in parts:
            y = self.norm1(self.attn.merge(branches, windows, stripes, part))
            y = self._add(x[part], y, size)
            if local is not None:
                y = y + local[part]
            pieces.append(self._add(y, self.norm2(self.mlp(y)), size))
        return join(pieces)

    def _add(self, x: Tensor, branch: Tensor, size: tuple[int, int, int]) -> Tensor:
        factor = self.drop_path(x, size[0])
        if factor is None:
            return x + branch
        return torch.addcmul(x, branch, factor.repeat_interleave(size[1] * size[2])[:, None])


class Stage(nn.Module):
    """Blocks, a convolution and a shortcut."""

    def __init__(self, blocks: Sequence[Block], channels: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.conv = conv3x3(channels, channels)

    def forward(
        self, x: Tensor, size: tuple[int, int, int], layouts: Sequence[tuple[Layout, Layout]]
    ) -> Tensor:
        """Map features (B, C, H, W)."""
        rows = to_rows(x)
        for i, block in enumerate(cast(list[Block], self.blocks)):
            rows = block(rows, size, *layouts[i % PERIOD])
        return x + self.conv(to_image(rows, size))


@MODELS.register_module()
class GRL(Backbone):
    """GRL for every published task.

    Height and width of the images are multiples of the longest of ``window_size`` and
    ``stripe_size``; a training patch should be one as well.

    Args:
        in_channels: channels of the images; the mean of DIV2K is subtracted from three that become
            three.
        out_channels: channels of the restored images, by default as many as ``in_channels``; 3 for
            the 6 of dual-pixel images.
        embed_channels: width of the features.
        depths: number of blocks of every stage.
        num_heads_window: number of attention heads in the windows of every stage.
        num_heads_stripe: number of attention heads in the stripes of every stage.
        window_size: side of the windows.
        stripe_size: height and width of the stripes of even blocks, width and height of odd ones.
        anchor_factor: side of the squares of pixels that are averaged to an anchor.
        mlp_ratio: hidden channels of the MLPs, relative to ``embed_channels``.
        local_connection: whether convolutions with channel attention run beside the attention.
        tail: from features to image. ``residual`` predicts what is added to the input (the image
            itself where ``out_channels`` differ from ``in_channels``); ``pixelshuffle``,
            ``pixelshuffledirect`` and ``nearest+conv`` are for super-resolution.
        scale: factor of height and width.
        drop_path_rate: rate of stochastic depth in the last block; it rises linearly from 0.

    Raises:
        ValueError: arguments that do not fit each other.

    Examples:
        >>> stages = dict(depths=[2], num_heads_window=[2], num_heads_stripe=[2])
        >>> net = GRL(embed_channels=16, **stages, stripe_size=[8, 16])
        >>> net.size_multiple, sum(p.numel() for p in net.parameters())
        (16, 25679)
        >>> net(torch.rand(1, 3, 16, 32)).shape
        torch.Size([1, 3, 16, 32])
    """

    mean: Tensor
    attention = Tokens('layers.*.attn')  # rows (B * pixels, C)
    ignored_keys = (  # buffers of official checkpoints
        *('table_w', 'table_sh', 'table_sv', 'relative_coords_table'),
        *('index_w', 'index_sh_a2w', 'index_sh_w2a', 'index_sv_a2w', 'index_sv_w2a'),
        *('mask_w', 'mask_sh_a2w', 'mask_sh_w2a', 'mask_sv_a2w', 'mask_sv_w2a'),
        *('relative_position_index', 'attn_mask'),
    )
    block_names = ('layers.*.blocks.*',)

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
        tail: str = 'residual',
        scale: int = 1,
        drop_path_rate: float = 0.1,
    ) -> None:
        super().__init__()
        _check(embed_channels, depths, (num_heads_window, num_heads_stripe))
        self.in_channels = in_channels
        self.out_channels = in_channels if out_channels is None else out_channels
        self.scale = scale
        self.tail = tail
        self.global_statistics = local_connection  # of its channel attention
        self.size_multiple = _size_multiple(window_size, stripe_size, anchor_factor)

        self.conv_first = conv3x3(in_channels, embed_channels)
        self.norm_start = nn.LayerNorm(embed_channels)
        rates = iter(rising_rates(drop_path_rate, sum(depths)))
        self.layers = nn.ModuleList(
            Stage(
                [
                    Block(
                        embed_channels,
                        num_heads_window=num_heads_window[stage],
                        num_heads_stripe=num_heads_stripe[stage],
                        anchor_factor=anchor_factor,
                        mlp_ratio=mlp_ratio,
                        local_connection=local_connection,
                        drop_path_rate=next(rates),
                    )
                    for _ in range(depth)
                ],
                embed_channels,
            )
            for stage, depth in enumerate(depths)
        )
        self.norm_end = nn.LayerNorm(embed_channels)
        self.conv_after_body = conv3x3(embed_channels, embed_channels)
        add_tail(self, tail, channels=embed_channels, out_channels=self.out_channels, scale=scale)
        if tail in ('pixelshuffle', 'pixelshuffledirect'):
            self.upsample = nn.Sequential(OrderedDict(up=self.get_submodule('upsample')))
        self.keeps_channels = self.out_channels == in_channels
        mean = image_mean(in_channels if self.keeps_channels else 1)
        self.register_buffer('mean', mean, persistent=False)
        height, width = stripe_size
        self.windows = Windows((window_size, window_size))
        self.stripes = nn.ModuleList(
            Windows(shape, anchor_factor=anchor_factor)
            for shape in [(height, width), (width, height)]
        )
        self.apply(initialise_linear)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1], H and W multiples of ``size_multiple``."""
        check_images(x, self.in_channels, self.size_multiple)
        size = (x.shape[0], x.shape[2], x.shape[3])
        layouts = self._layouts(size)
        x = x - self.mean
        first = self.conv_first(x.contiguous(memory_format=torch.channels_last))
        features = to_image(self.norm_start(to_rows(first)), size)
        for stage in self.layers:
            features = stage(features, size, layouts)
        features = to_image(self.norm_end(to_rows(features)), size)
        y = apply_tail(self, self.tail, self.conv_after_body(features) + first)
        if self.tail == 'residual' and self.keeps_channels:
            y = x + y
        return (y + self.mean).contiguous()

    def _layouts(self, size: tuple[int, int, int]) -> list[tuple[Layout, Layout]]:
        """Return windows and stripes of four successive blocks."""
        windows = [self.windows.layout(size, shifted=shifted) for shifted in (True, False)]
        stripes = cast(list[Windows], self.stripes)
        return [
            (windows[i % 2], stripes[i % 2].layout(size, shifted=i >= 2)) for i in range(PERIOD)
        ]


def _product(factors: tuple[Tensor, Tensor]) -> Tensor:
    return to_rows(factors[0] * factors[1])


def _check(
    channels: int, depths: Sequence[int], num_heads: tuple[Sequence[int], Sequence[int]]
) -> None:
    if not len(depths) == len(num_heads[0]) == len(num_heads[1]):
        raise ValueError(
            'depths, num_heads_window and num_heads_stripe need one number for every stage, got '
            f'{list(depths)}, {list(num_heads[0])} and {list(num_heads[1])}'
        )
    for name, numbers in zip(('num_heads_window', 'num_heads_stripe'), num_heads, strict=True):
        for heads in numbers:
            check_positive(name, heads)
            if channels % (2 * heads):
                raise ValueError(
                    f'half of embed_channels={channels} cannot be split into {heads} heads'
                )


def _size_multiple(window_size: int, stripe_size: Sequence[int], anchor_factor: int) -> int:
    """Return the longest side of windows and stripes, of which the others must be parts."""
    check_positive('anchor_factor', anchor_factor)
    sides = (window_size, *stripe_size)
    if len(sides) != 3 or min(sides) < 2 or any(max(sides) % side for side in sides):
        raise ValueError(
            'expected a window_size and two sides of stripes, 2 or more, that divide the longest '
            f'of them, got {window_size} and {list(stripe_size)}'
        )
    if any(side % (2 * anchor_factor) for side in stripe_size):  # stripes shift by half of them
        raise ValueError(
            f'expected sides of stripes that are multiples of 2 * anchor_factor={2 * anchor_factor}'
            f', got {list(stripe_size)}'
        )
    return max(sides)


@OFFICIAL.register_module(name='GRL')
def official_grl(
    weights: dict[str, Tensor],
    *,
    img_size: int = 64,
    in_channels: int = 3,
    out_channels: int | None = None,
    embed_dim: int = 96,
    upscale: int = 2,
    img_range: float = 1.0,
    upsampler: str | None = '',
    depths: Sequence[int] = (6, 6, 6, 6, 6, 6),
    num_heads_window: Sequence[int] = (3, 3, 3, 3, 3, 3),
    num_heads_stripe: Sequence[int] = (3, 3, 3, 3, 3, 3),
    window_size: int = 8,
    stripe_size: Sequence[int | None] = (8, 8),
    stripe_groups: Sequence[int | None] = (None, None),
    stripe_shift: bool = False,
    mlp_ratio: float = 4.0,
    qkv_bias: bool = True,
    qkv_proj_type: str = 'linear',
    anchor_proj_type: str = 'avgpool',
    anchor_one_stage: bool = True,
    anchor_window_down_factor: int = 1,
    out_proj_type: str = 'linear',
    local_connection: bool = False,
    drop_rate: float = 0.0,
    attn_drop_rate: float = 0.0,
    drop_path_rate: float = 0.1,
    pretrained_window_size: Sequence[int] = (0, 0),
    pretrained_stripe_size: Sequence[int] = (0, 0),
    conv_type: str = '1conv',
    init_method: str = 'n',
    fairscale_checkpoint: bool = False,
    offload_to_cpu: bool = False,
    euclidean_dist: bool = False,
    double_window: bool = False,
    stripe_square: bool = False,
    separable_conv_act: bool = False,
    use_buffer: bool = False,
    use_efficient_buffer: bool = False,
) -> Converted:
    """Return the network and the state dict of an official GRL.

    ``img_size``, ``out_proj_type`` and the arguments after ``init_method``, except
    ``euclidean_dist``, have no effect on what the official network computes.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    sides = [side for side in stripe_size if side is not None]
    refuse_unpublished(
        'GRL',
        {
            'img_range': img_range != 1,
            'stripe_size': len(sides) != 2,
            'stripe_groups': any(group is not None for group in stripe_groups),
            'stripe_shift': not stripe_shift,
            'qkv_bias': not qkv_bias,
            'qkv_proj_type': qkv_proj_type != 'linear',
            'anchor_proj_type': anchor_proj_type != 'avgpool',
            'anchor_one_stage': not anchor_one_stage,
            'drop_rate': drop_rate != 0,
            'attn_drop_rate': attn_drop_rate != 0,
            'pretrained_window_size': any(pretrained_window_size),
            'pretrained_stripe_size': any(pretrained_stripe_size),
            'conv_type': conv_type != '1conv',
            'init_method': init_method != 'n',
            'euclidean_dist': euclidean_dist,
        },
    )
    net = GRL(
        in_channels,
        out_channels=out_channels,
        embed_channels=embed_dim,
        depths=depths,
        num_heads_window=num_heads_window,
        num_heads_stripe=num_heads_stripe,
        window_size=window_size,
        stripe_size=sides,
        anchor_factor=anchor_window_down_factor,
        mlp_ratio=mlp_ratio,
        local_connection=local_connection,
        tail=upsampler or 'residual',
        scale=upscale if upsampler else 1,
        drop_path_rate=drop_path_rate,
    )
    return net, weights
