"""Restormer: a transformer whose attention is between channels (Zamir et al., CVPR 2022).

Features are channels-last in memory. Parameters have the names of official checkpoints.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone, Tokens
from mmrestore.models.layers.channel_norm import BiasFreeChannelNorm, ChannelNorm
from mmrestore.models.layers.pointwise import PointwiseConv
from mmrestore.models.layers.sizes import check_images, check_positive
from mmrestore.models.official_weights import Converted
from mmrestore.registry import MODELS, OFFICIAL

LEVELS = 4
SMALLEST_LENGTH = 1e-12  # of queries and keys


def conv1x1(in_channels: int, out_channels: int) -> nn.Conv2d:
    """Return a 1x1 convolution without a bias."""
    return PointwiseConv(in_channels, out_channels, bias=False)


def conv3x3(in_channels: int, out_channels: int, *, groups: int = 1) -> nn.Conv2d:
    """Return a 3x3 convolution without a bias that keeps the size."""
    return nn.Conv2d(in_channels, out_channels, 3, padding=1, groups=groups, bias=False)


class ChannelSelfAttention(nn.Module):
    """Attention between the channels of every head, over the whole image (section 3.1).

    The lengths of queries and keys divide the C x C products instead of the features, and the
    softmax is multiplied with the last convolution before both meet the values.
    """

    def __init__(self, channels: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.temperature = nn.Parameter(torch.ones(num_heads, 1, 1))
        self.qkv = conv1x1(channels, 3 * channels)
        self.qkv_dwconv = conv3x3(3 * channels, 3 * channels, groups=3 * channels)
        self.project_out = conv1x1(channels, channels)

    def forward(self, x: Tensor, shortcut: Tensor) -> Tensor:
        """Map features (B, C, H, W) and add ``shortcut``, of the same size."""
        qkv = self.qkv_dwconv(self.qkv(x)).permute(0, 2, 3, 1).flatten(1, 2)  # (B, H * W, 3C)
        weights = self._weights(qkv[..., : 2 * x.shape[1]])
        value = qkv[..., 2 * x.shape[1] :]
        project = self.project_out.weight.flatten(1).unflatten(1, (self.num_heads, -1))
        matrix = project.transpose(0, 1) @ weights.to(project.dtype)
        matrix = matrix.transpose(1, 2).flatten(2)  # (B, C, C)
        rows = shortcut.permute(0, 2, 3, 1).flatten(1, 2)
        y = torch.baddbmm(rows.to(value.dtype), value, matrix.mT.to(value.dtype))
        return y.unflatten(1, x.shape[2:]).permute(0, 3, 1, 2)

    def _weights(self, qk: Tensor) -> Tensor:
        """Return softmax(temperature * cosines), (B, heads, C / heads, C / heads)."""
        if qk.dtype == torch.float16:  # sums over an image leave its range
            qk = qk * qk.shape[1] ** -0.5
        lengths = qk.square().sum(1)
        lengths = lengths.to(torch.promote_types(qk.dtype, torch.float32))
        lengths = lengths.clamp_min(SMALLEST_LENGTH**2).sqrt().unflatten(1, (2, self.num_heads, -1))
        q, k = qk.unflatten(2, (2, self.num_heads, -1)).permute(2, 0, 3, 4, 1).unbind()
        products = q @ k.mT  # (B, heads, C / heads, C / heads)
        cosines = products / (lengths[:, 0, :, :, None] * lengths[:, 1, :, None, :])
        return (cosines * self.temperature).softmax(-1)


class GatedFeedForward(nn.Module):
    """Convolutions, 1x1 and depthwise; half of the channels gates the others (section 3.2)."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.project_in = conv1x1(channels, 2 * hidden)
        self.dwconv = conv3x3(2 * hidden, 2 * hidden, groups=2 * hidden)
        self.project_out = conv1x1(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        gate, value = self.dwconv(self.project_in(x)).chunk(2, 1)
        if x.device.type == 'cpu':  # where the GELU of a part of the channels is slow
            gate = gate.contiguous(memory_format=torch.channels_last)
        return self.project_out(F.gelu(gate) * value)


class Block(nn.Module):
    """Attention and feed-forward network, each with a norm before and a shortcut around it."""

    def __init__(self, channels: int, num_heads: int, *, ffn_ratio: float, norm_bias: bool) -> None:
        super().__init__()
        norm = ChannelNorm if norm_bias else BiasFreeChannelNorm
        self.norm1 = nn.ModuleDict({'body': norm(channels)})
        self.attn = ChannelSelfAttention(channels, num_heads)
        self.norm2 = nn.ModuleDict({'body': norm(channels)})
        self.ffn = GatedFeedForward(channels, int(channels * ffn_ratio))

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        x = self.attn(self.norm1['body'](x), x)
        return x + self.ffn(self.norm2['body'](x))


class Down(nn.Module):
    """Half the size and twice the channels, by pixel unshuffle."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(conv3x3(channels, channels // 2), nn.PixelUnshuffle(2))

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W) to (B, 2C, H / 2, W / 2)."""
        return self.body(x).contiguous(memory_format=torch.channels_last)


class Up(nn.Module):
    """Twice the size and half the channels, by pixel shuffle."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(conv3x3(channels, 2 * channels), nn.PixelShuffle(2))

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W) to (B, C / 2, 2H, 2W)."""
        return self.body(x).contiguous(memory_format=torch.channels_last)


@MODELS.register_module()
class Restormer(Backbone):
    """Restormer for every published task.

    Args:
        in_channels: channels of the images; with ``dual_pixel`` those of both views together.
        embed_channels: width of the features at full size; every level below has twice as many.
        depths: number of blocks at the four levels; the decoder has as many at the upper three.
        num_refinement_blocks: number of blocks after the decoder.
        num_heads: number of attention heads in the blocks of the four levels.
        ffn_ratio: hidden channels of the feed-forward networks, relative to their input.
        norm_bias: whether the layer norms take the mean off and have a bias (deraining, deblurring)
            or neither (all denoising).
        dual_pixel: whether an image comes as two views and the output is one image of half as many
            channels; then the input is not added to it (defocus deblurring).

    Raises:
        ValueError: arguments that do not fit each other, or sides that are no multiples of 8.

    Examples:
        >>> net = Restormer(embed_channels=8, depths=[1, 1, 1, 2], num_refinement_blocks=1)
        >>> sum(p.numel() for p in net.parameters())
        261773
        >>> net(torch.rand(1, 3, 8, 16)).shape
        torch.Size([1, 3, 8, 16])
    """

    scale = 1
    size_multiple = 2 ** (LEVELS - 1)
    global_statistics = True  # attention is over the whole image
    attention = Tokens('*.attn', channel_dim=1)
    block_names = ('encoder_level*.*', 'latent.*', 'decoder_level*.*', 'refinement.*')

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
        check_positive('embed_channels', embed_channels)
        widths = [embed_channels * 2**level for level in range(LEVELS)]
        _check(in_channels, widths, depths, num_heads, dual_pixel)
        if int(embed_channels * ffn_ratio) < 1:
            raise ValueError(
                f'ffn_ratio must be at least 1 / embed_channels={embed_channels}, for one hidden '
                f'channel, got {ffn_ratio}'
            )
        self.in_channels = in_channels
        self.dual_pixel = dual_pixel

        def blocks(channels: int, level: int, depth: int | None = None) -> nn.Sequential:
            return nn.Sequential(
                *(
                    Block(channels, num_heads[level], ffn_ratio=ffn_ratio, norm_bias=norm_bias)
                    for _ in range(depths[level] if depth is None else depth)
                )
            )

        self.patch_embed = nn.ModuleDict({'proj': conv3x3(in_channels, embed_channels)})
        self.encoder_level1 = blocks(widths[0], 0)
        self.down1_2 = Down(widths[0])
        self.encoder_level2 = blocks(widths[1], 1)
        self.down2_3 = Down(widths[1])
        self.encoder_level3 = blocks(widths[2], 2)
        self.down3_4 = Down(widths[2])
        self.latent = blocks(widths[3], 3)
        self.up4_3 = Up(widths[3])
        self.reduce_chan_level3 = conv1x1(2 * widths[2], widths[2])
        self.decoder_level3 = blocks(widths[2], 2)
        self.up3_2 = Up(widths[2])
        self.reduce_chan_level2 = conv1x1(2 * widths[1], widths[1])
        self.decoder_level2 = blocks(widths[1], 1)
        self.up2_1 = Up(widths[1])
        self.decoder_level1 = blocks(widths[1], 0)  # on both halves: nothing reduces them here
        self.refinement = blocks(widths[1], 0, num_refinement_blocks)
        if dual_pixel:
            self.skip_conv = conv1x1(widths[0], widths[1])
        self.output = conv3x3(widths[1], in_channels // 2 if dual_pixel else in_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1], H and W multiples of 8."""
        check_images(x, self.in_channels, self.size_multiple)
        x = x.contiguous(memory_format=torch.channels_last)
        embedded = self.patch_embed['proj'](x)
        level1 = self.encoder_level1(embedded)
        level2 = self.encoder_level2(self.down1_2(level1))
        level3 = self.encoder_level3(self.down2_3(level2))
        y = self.latent(self.down3_4(level3))
        y = self.reduce_chan_level3(torch.cat([self.up4_3(y), level3], 1))
        y = self.reduce_chan_level2(torch.cat([self.up3_2(self.decoder_level3(y)), level2], 1))
        y = self.decoder_level1(torch.cat([self.up2_1(self.decoder_level2(y)), level1], 1))
        y = self.refinement(y)
        if self.dual_pixel:
            return self.output(y + self.skip_conv(embedded)).contiguous()
        return (self.output(y) + x).contiguous()


def _check(
    in_channels: int,
    widths: Sequence[int],
    depths: Sequence[int],
    num_heads: Sequence[int],
    dual_pixel: bool,
) -> None:
    for name, value in {'depths': depths, 'num_heads': num_heads}.items():
        if len(value) != LEVELS:
            raise ValueError(f'{name} needs {LEVELS} numbers, one a level, got {list(value)}')
    for level, (width, heads) in enumerate(zip(widths, num_heads, strict=True), 1):
        if heads < 1 or width % heads:
            raise ValueError(
                f'the {width} channels of level {level} cannot be split into {heads} heads: choose '
                'others for embed_channels or num_heads'
            )
    if widths[0] % 2:
        raise ValueError(f'embed_channels must be even, got {widths[0]}: levels below halve it')
    if dual_pixel and in_channels % 2:
        raise ValueError(f'two views have an even number of channels, got {in_channels}')


@OFFICIAL.register_module(name='Restormer')
def official_restormer(
    weights: dict[str, Tensor],
    *,
    inp_channels: int = 3,
    out_channels: int = 3,
    dim: int = 48,
    num_blocks: Sequence[int] = (4, 6, 6, 8),
    num_refinement_blocks: int = 4,
    heads: Sequence[int] = (1, 2, 4, 8),
    ffn_expansion_factor: float = 2.66,
    bias: bool = False,
    LayerNorm_type: str = 'WithBias',
    dual_pixel_task: bool = False,
) -> Converted:
    """Return the network and the state dict of an official Restormer.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    if bias:
        raise ValueError('no published Restormer has bias=True: not supported')
    if inp_channels != (2 * out_channels if dual_pixel_task else out_channels):
        raise ValueError(
            f'no published Restormer makes {out_channels} channels of {inp_channels} with '
            f'dual_pixel_task={dual_pixel_task}: not supported'
        )
    net = Restormer(
        inp_channels,
        embed_channels=dim,
        depths=num_blocks,
        num_refinement_blocks=num_refinement_blocks,
        num_heads=heads,
        ffn_ratio=ffn_expansion_factor,
        norm_bias=LayerNorm_type != 'BiasFree',
        dual_pixel=dual_pixel_task,
    )
    return net, weights
