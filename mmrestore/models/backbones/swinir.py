"""SwinIR: image restoration by attention in shifted windows (Liang et al., ICCV Workshops 2021).

Inside a stage the pixels are the rows of a (B * H * W, C) matrix, in the order of the attention
windows (``mmrestore.models.layers.windows``). Parameters have the names of the official checkpoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.layers.attention import biased_attention
from mmrestore.models.layers.drop_path import DropPath
from mmrestore.models.layers.linear import Linear
from mmrestore.models.layers.upsampling import pixel_shuffle_upsampler
from mmrestore.models.layers.windows import (
    WindowOrder,
    rearrange,
    relative_position_index,
    shift_masks,
    window_order,
)
from mmrestore.registry import MODELS, OFFICIAL

RGB_MEAN = (0.4488, 0.4371, 0.4040)  # of DIV2K
TAIL_CHANNELS = 64
TAILS = ('residual', 'pixelshuffle', 'pixelshuffledirect', 'nearest+conv')


class Geometry(NamedTuple):
    """What depends on the size of the batch alone, shared by all blocks.

    ``orders``, ``masks`` and ``moves`` have one entry for plain and one for shifted windows; a move
    is the index (and its inverse) that brings rows from the other order into this one.
    """

    orders: tuple[WindowOrder, WindowOrder]
    masks: tuple[Tensor, Tensor]
    moves: tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]
    position_index: Tensor
    size: tuple[int, int, int]


class WindowAttention(nn.Module):
    """Multi-head self-attention in windows, with a bias for every relative position."""

    def __init__(self, channels: int, *, num_heads: int, window_size: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        table = torch.empty((2 * window_size - 1) ** 2, num_heads)
        self.relative_position_bias_table = nn.Parameter(table)
        self.qkv = Linear(channels, 3 * channels)
        self.proj = Linear(channels, channels)

    def forward(
        self, x: Tensor, position_index: Tensor, masks: Tensor, counts: Sequence[int]
    ) -> Tensor:
        """Return the attention in windows (windows, pixels, C) that are sorted by mask."""
        bias = self.relative_position_bias_table[position_index].permute(2, 0, 1)
        qkv = self.qkv(x).unflatten(2, (3, self.num_heads, -1))
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind()  # (windows, heads, pixels, C / heads)
        bias = bias + masks[:, None]  # (masks, heads, pixels, pixels)
        return self.proj(biased_attention(q, k, v, bias, counts=counts, scale=q.shape[-1] ** -0.5))


class MLP(nn.Module):
    """Two linear layers with a GELU between."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = Linear(channels, hidden)
        self.fc2 = Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map every row for itself."""
        return self.fc2(F.gelu(self.fc1(x)))


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

    def forward(self, x: Tensor, geometry: Geometry) -> Tensor:
        """Map rows (B * H * W, C) that are in the order of this block."""
        order, masks = geometry.orders[self.shifted], geometry.masks[self.shifted]
        index = geometry.position_index
        windows = self.norm1(x).unflatten(0, (-1, len(index)))
        x = self._add(x, self.attn(windows, index, masks, order.counts).flatten(0, 1), geometry)
        return self._add(x, self.mlp(self.norm2(x)), geometry)

    def _add(self, x: Tensor, branch: Tensor, geometry: Geometry) -> Tensor:
        batch, height, width = geometry.size
        factor = self.drop_path(x, batch)
        if factor is None:
            return x + branch
        image = geometry.orders[self.shifted].index // (height * width)
        return torch.addcmul(x, branch, factor[image, None])


class Stage(nn.Module):
    """Blocks with plain and shifted windows in turn, a convolution and a shortcut."""

    def __init__(self, blocks: Sequence[Block], conv: nn.Module) -> None:
        super().__init__()
        self.residual_group = nn.ModuleDict({'blocks': nn.ModuleList(blocks)})
        self.conv = conv

    def forward(self, x: Tensor, geometry: Geometry) -> Tensor:
        """Map features (B, C, H, W)."""
        shifted = False
        rows = rearrange(to_rows(x), geometry.orders[0].index, geometry.orders[0].inverse)
        for block in self.residual_group['blocks']:
            if block.shifted != shifted:
                shifted = block.shifted
                rows = rearrange(rows, *geometry.moves[shifted])
            rows = block(rows, geometry)
        last = geometry.orders[shifted]
        return x + self.conv(to_image(rearrange(rows, last.inverse, last.index), geometry.size))


@MODELS.register_module()
class SwinIR(nn.Module):
    """SwinIR for every published task.

    Args:
        in_channels: channels of the images; of three channels the mean of DIV2K is subtracted.
        embed_channels: width of the features.
        depths: number of blocks of every stage.
        num_heads: number of attention heads in the blocks of every stage.
        window_size: side of the attention windows.
        mlp_ratio: hidden channels of the MLPs, relative to ``embed_channels``.
        tail: from features to image. ``residual`` predicts what is added to the input (denoising,
            JPEG); ``pixelshuffle`` (classical), ``pixelshuffledirect`` (lightweight) and
            ``nearest+conv`` (real-world) are for super-resolution.
        scale: factor of height and width.
        num_convs: 3x3 convolutions after every stage, 1, or a bottleneck of 3 convolutions.
        image_range: factor of the image inside the network; 255 in the JPEG networks.
        drop_path_rate: rate of stochastic depth in the last block; it rises linearly from 0.
        shift: whether every second block shifts its windows by half a window.

    Raises:
        ValueError: arguments that do not fit each other.

    Examples:
        >>> net = SwinIR(embed_channels=12, depths=[2], num_heads=[2], scale=2, tail='pixelshuffle')
        >>> net(torch.rand(1, 3, 8, 16)).shape
        torch.Size([1, 3, 16, 32])
    """

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
    ) -> None:
        super().__init__()
        _check(embed_channels, depths, num_heads, tail, scale)
        self.in_channels = in_channels
        self.scale = scale
        self.size_multiple = window_size
        self.image_range = image_range
        self.tail = tail
        self.shift = window_size // 2 if shift else 0

        self.conv_first = _conv3(in_channels, embed_channels)
        self.patch_embed = nn.ModuleDict({'norm': nn.LayerNorm(embed_channels)})
        rates = iter(_rising(drop_path_rate, sum(depths)))
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
                _convs(embed_channels, num_convs),
            )
            for depth, heads in zip(depths, num_heads, strict=True)
        )
        self.norm = nn.LayerNorm(embed_channels)
        self.conv_after_body = _convs(embed_channels, num_convs)
        self._make_tail(embed_channels)

        mean = RGB_MEAN if in_channels == 3 else (0.0,) * in_channels
        constants = {
            'mean': torch.tensor(mean).view(1, -1, 1, 1),
            'position_index': relative_position_index(window_size),
            'masks': shift_masks(window_size, self.shift),
        }
        for name, value in constants.items():
            self.register_buffer(name, value, persistent=False)
        self.apply(_initialise)

    def _make_tail(self, channels: int) -> None:
        if self.tail == 'pixelshuffledirect':
            conv = _conv3(channels, self.in_channels * self.scale**2)
            self.upsample = nn.Sequential(conv, nn.PixelShuffle(self.scale))
            return
        if self.tail == 'residual':
            self.conv_last = _conv3(channels, self.in_channels)
            return
        self.conv_before_upsample = nn.Sequential(
            _conv3(channels, TAIL_CHANNELS), nn.LeakyReLU(inplace=True)
        )
        if self.tail == 'pixelshuffle':
            self.upsample = pixel_shuffle_upsampler(TAIL_CHANNELS, self.scale)
        else:
            self.conv_up1 = _conv3(TAIL_CHANNELS, TAIL_CHANNELS)
            if self.scale == 4:
                self.conv_up2 = _conv3(TAIL_CHANNELS, TAIL_CHANNELS)
            self.conv_hr = _conv3(TAIL_CHANNELS, TAIL_CHANNELS)
        self.conv_last = _conv3(TAIL_CHANNELS, self.in_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1], H and W multiples of ``size_multiple``."""
        geometry = self._geometry(x)
        x = (x - self.mean) * self.image_range
        first = self.conv_first(x.contiguous(memory_format=torch.channels_last))
        features = to_image(self.patch_embed['norm'](to_rows(first)), geometry.size)
        for stage in self.layers:
            features = stage(features, geometry)
        features = to_image(self.norm(to_rows(features)), geometry.size)
        y = self._to_images(x, self.conv_after_body(features) + first)
        return (y / self.image_range + self.mean).contiguous()

    def _geometry(self, x: Tensor) -> Geometry:
        size = (x.shape[0], x.shape[2], x.shape[3])
        plain = window_order(size, window=self.size_multiple, device=x.device)
        if not self.shift:
            moves = (plain.index, plain.inverse)  # never used: no block is shifted
            return Geometry((plain, plain), (self.masks[:1],) * 2, (moves, moves), self.position_index, size)
        shifted = window_order(size, window=self.size_multiple, shift=self.shift, device=x.device)
        there, back = plain.inverse[shifted.index], shifted.inverse[plain.index]
        return Geometry(
            (plain, shifted),
            (self.masks[:1], self.masks),
            ((back, there), (there, back)),
            self.position_index,
            size,
        )

    def _to_images(self, x: Tensor, features: Tensor) -> Tensor:
        if self.tail == 'residual':
            return x + self.conv_last(features)
        if self.tail == 'pixelshuffledirect':
            return self.upsample(features)
        features = self.conv_before_upsample(features)
        if self.tail == 'pixelshuffle':
            return self.conv_last(self.upsample(features))
        for conv in [self.conv_up1, self.conv_up2] if self.scale == 4 else [self.conv_up1]:
            features = F.leaky_relu(conv(F.interpolate(features, scale_factor=2)), 0.2)
        return self.conv_last(F.leaky_relu(self.conv_hr(features), 0.2))


def to_rows(image: Tensor) -> Tensor:
    """Return the pixels of (B, C, H, W) as rows (B * H * W, C); a view of channels-last images."""
    return image.permute(0, 2, 3, 1).flatten(0, 2)


def to_image(rows: Tensor, size: tuple[int, int, int]) -> Tensor:
    """Return rows (B * H * W, C) as an image (B, C, H, W) that is channels-last in memory."""
    return rows.unflatten(0, size).permute(0, 3, 1, 2)


def _conv3(in_channels: int, out_channels: int) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, 3, padding=1)


def _convs(channels: int, num_convs: int) -> nn.Module:
    if num_convs == 1:
        return _conv3(channels, channels)
    if num_convs == 3:
        narrow = channels // 4
        return nn.Sequential(
            _conv3(channels, narrow),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(narrow, narrow, 1),
            nn.LeakyReLU(0.2, inplace=True),
            _conv3(narrow, channels),
        )
    raise ValueError(f'num_convs must be 1 or 3, got {num_convs}')


def _rising(last: float, num: int) -> list[float]:
    return [last * i / max(1, num - 1) for i in range(num)]


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
    elif isinstance(module, WindowAttention):
        nn.init.trunc_normal_(module.relative_position_bias_table, std=0.02)


def _check(
    channels: int, depths: Sequence[int], num_heads: Sequence[int], tail: str, scale: int
) -> None:
    if len(depths) != len(num_heads):
        raise ValueError(
            f'depths and num_heads need one number a stage, got {list(depths)} and {list(num_heads)}'
        )
    for heads in num_heads:
        if channels % heads:
            raise ValueError(f'embed_channels={channels} cannot be split into {heads} heads')
    if tail not in TAILS:
        raise ValueError(f'tail must be one of {TAILS}, got {tail!r}')
    if (tail == 'residual' and scale != 1) or (tail == 'nearest+conv' and scale not in (2, 4)):
        raise ValueError(
            f'tail={tail!r} does not make scale={scale}: "residual" has scale 1, "nearest+conv" 2 or 4'
        )


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
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of an official SwinIR.

    An official network with ``img_size <= window_size`` never shifts its windows, at no size.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    unpublished = {
        'patch_size': patch_size != 1,
        'qkv_bias': not qkv_bias,
        'qk_scale': qk_scale is not None,
        'drop_rate': drop_rate != 0,
        'attn_drop_rate': attn_drop_rate != 0,
        'ape': ape,
        'patch_norm': not patch_norm,
        'img_size < window_size': img_size < window_size,
        'resi_connection': resi_connection not in ('1conv', '3conv'),
    }
    if any(unpublished.values()):
        names = [name for name, used in unpublished.items() if used]
        raise ValueError(f'no published SwinIR has such values of {names}: not supported')
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
    buffers = ('relative_position_index', 'attn_mask')
    return net, {key: value for key, value in weights.items() if not key.endswith(buffers)}
