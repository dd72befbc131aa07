"""NAFNet and its Baseline: simple baselines for image restoration (Chen et al., ECCV 2022).

Features are channels-last in memory. Parameters have the names of official checkpoints.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone
from mmrestore.models.layers.channel_norm import ChannelNorm
from mmrestore.models.layers.convolutions import conv3x3
from mmrestore.models.layers.global_mean import GlobalMean
from mmrestore.models.layers.pointwise import PointwiseConv
from mmrestore.models.layers.sizes import check_images, check_positive
from mmrestore.models.official_weights import Converted
from mmrestore.registry import MODELS, OFFICIAL


class Block(nn.Module):
    """A branch of convolutions and a feed-forward branch, each with a norm and a shortcut.

    Args:
        channels: channels of input and output.
        wide: channels of the depthwise convolution.
        narrow: channels after the first activation.
        hidden: channels of the feed-forward branch before the second activation.
        narrow_hidden: channels after the second activation.
    """

    def __init__(
        self, channels: int, *, wide: int, narrow: int, hidden: int, narrow_hidden: int
    ) -> None:
        super().__init__()
        self.beta = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.gamma = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.norm1 = ChannelNorm(channels, eps=1e-6)
        self.conv1 = PointwiseConv(channels, wide)
        self.conv2 = nn.Conv2d(wide, wide, 3, padding=1, groups=wide)
        self.conv3 = PointwiseConv(narrow, channels)
        self.norm2 = ChannelNorm(channels, eps=1e-6)
        self.conv4 = PointwiseConv(channels, hidden)
        self.conv5 = PointwiseConv(narrow_hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        y = self.activation(self.conv2(self.conv1(self.norm1(x))))
        x = torch.addcmul(x, self.conv3(y * self.channel_weights(y)), self.beta)
        y = self.activation(self.conv4(self.norm2(x)))
        return torch.addcmul(x, self.conv5(y), self.gamma)

    def activation(self, x: Tensor) -> Tensor:
        """Map features of both branches."""
        raise NotImplementedError

    def channel_weights(self, x: Tensor) -> Tensor:
        """Return the factor of every channel, (B, C, 1, 1) unless statistics are local."""
        raise NotImplementedError


class NAFBlock(Block):
    """The block of NAFNet: one half of the channels times the other instead of an activation."""

    def __init__(self, channels: int) -> None:
        twice = 2 * channels
        super().__init__(
            channels, wide=twice, narrow=channels, hidden=twice, narrow_hidden=channels
        )
        self.sca = nn.Sequential(GlobalMean(), PointwiseConv(channels, channels))

    def activation(self, x: Tensor) -> Tensor:
        """Multiply the halves of the channels."""
        first, second = x.chunk(2, 1)
        return first * second

    def channel_weights(self, x: Tensor) -> Tensor:
        """Return the simplified channel attention."""
        return self.sca(x)


class BaselineBlock(Block):
    """The block of the Baseline: GELU and channel attention.

    Args:
        channels: channels of input and output.
        expansion: channels of the depthwise convolution, relative to ``channels``.
        ffn_ratio: hidden channels of the feed-forward branch, relative to ``channels``.
    """

    def __init__(self, channels: int, *, expansion: int, ffn_ratio: int) -> None:
        wide, hidden = expansion * channels, ffn_ratio * channels
        super().__init__(channels, wide=wide, narrow=wide, hidden=hidden, narrow_hidden=hidden)
        self.se = nn.Sequential(
            GlobalMean(),
            PointwiseConv(wide, wide // 2),
            nn.ReLU(inplace=True),
            PointwiseConv(wide // 2, wide),
            nn.Sigmoid(),
        )

    def activation(self, x: Tensor) -> Tensor:
        """Return the GELU."""
        return F.gelu(x)

    def channel_weights(self, x: Tensor) -> Tensor:
        """Return the channel attention."""
        return self.se(x)


class Skeleton(Backbone):
    """The U-Net around the blocks, with additive skip connections.

    Args:
        in_channels: channels of the images.
        channels: width at full size; every level below has twice as many.
        encoder_depths: number of blocks at every level of the encoder.
        num_middle_blocks: number of blocks at the bottom.
        decoder_depths: number of blocks at every level of the decoder, from the deepest.
        block: makes a block of a number of channels.
    """

    scale = 1
    global_statistics = True  # channels are weighted by their mean over the whole image
    pad_mode = 'zero'  # as the released code pads
    block_names = ('encoders.*.*', 'middle_blks.*', 'decoders.*.*')

    def __init__(
        self,
        in_channels: int,
        *,
        channels: int,
        encoder_depths: Sequence[int],
        num_middle_blocks: int,
        decoder_depths: Sequence[int],
        block: Callable[[int], Block],
    ) -> None:
        super().__init__()
        check_positive('channels', channels)
        if len(encoder_depths) != len(decoder_depths):
            raise ValueError(
                'encoder_depths and decoder_depths need one number for every level, got '
                f'{list(encoder_depths)} and {list(decoder_depths)}'
            )
        self.in_channels = in_channels
        self.size_multiple = 2 ** len(encoder_depths)
        widths = [channels * 2**level for level in range(len(encoder_depths) + 1)]

        def blocks(width: int, depth: int) -> nn.Sequential:
            return nn.Sequential(*(block(width) for _ in range(depth)))

        self.intro = conv3x3(in_channels, channels)
        self.ending = conv3x3(channels, in_channels)
        self.encoders = nn.ModuleList(
            blocks(width, depth) for width, depth in zip(widths, encoder_depths, strict=False)
        )
        self.downs = nn.ModuleList(
            nn.Conv2d(width, 2 * width, 2, stride=2) for width in widths[:-1]
        )
        self.middle_blks = blocks(widths[-1], num_middle_blocks)
        self.ups = nn.ModuleList(
            nn.Sequential(PointwiseConv(width, 2 * width, bias=False), nn.PixelShuffle(2))
            for width in widths[:0:-1]
        )
        self.decoders = nn.ModuleList(
            blocks(width, depth)
            for width, depth in zip(widths[-2::-1], decoder_depths, strict=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1], H and W multiples of ``size_multiple``."""
        check_images(x, self.in_channels, self.size_multiple)
        x = x.contiguous(memory_format=torch.channels_last)
        y = self.intro(x)
        skips = []
        for encoder, down in zip(self.encoders, self.downs, strict=True):
            y = encoder(y)
            skips.append(y)
            y = down(y)
        y = self.middle_blks(y)
        for up, decoder, skip in zip(self.ups, self.decoders, reversed(skips), strict=True):
            y = up(y).contiguous(memory_format=torch.channels_last)
            y = decoder(y + skip)
        return (self.ending(y) + x).contiguous()


@MODELS.register_module()
class NAFNet(Skeleton):
    """NAFNet, the network without nonlinear activations.

    Defaults are the network for denoising (SIDD); that for deblurring (GoPro) has
    ``encoder_depths=[1, 1, 1, 28]``, ``num_middle_blocks=1`` and ``decoder_depths=[1, 1, 1, 1]``.
    Its published results on images larger than 256 x 256 are with
    :class:`mmrestore.models.inference.LocalStatistics`. The released code pads with zeros;
    ``inference=dict(pad=dict(type='Pad'))`` does so for this network.

    Args:
        in_channels: channels of the images.
        channels: width at full size, 32 or 64 as published; every level below has twice as many.
        encoder_depths: number of blocks at every level of the encoder.
        num_middle_blocks: number of blocks at the bottom.
        decoder_depths: number of blocks at every level of the decoder, from the deepest.

    Raises:
        ValueError: the two lists differ in length, a width is less than 1, or in a call sides are
            no multiples of 2 for every level.

    Examples:
        >>> net = NAFNet(channels=8, encoder_depths=[1, 1, 1, 2], num_middle_blocks=1,
        ...              decoder_depths=[1, 1, 1, 1])
        >>> net.size_multiple, sum(p.numel() for p in net.parameters())
        (16, 321499)
    """

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 32,
        encoder_depths: Sequence[int] = (2, 2, 4, 8),
        num_middle_blocks: int = 12,
        decoder_depths: Sequence[int] = (2, 2, 2, 2),
    ) -> None:
        super().__init__(
            in_channels,
            channels=channels,
            encoder_depths=encoder_depths,
            num_middle_blocks=num_middle_blocks,
            decoder_depths=decoder_depths,
            block=NAFBlock,
        )


@MODELS.register_module()
class NAFNetBaseline(Skeleton):
    """The Baseline of the NAFNet paper, with GELU and channel attention.

    Args:
        in_channels: channels of the images.
        channels: width at full size; every level below has twice as many.
        encoder_depths: number of blocks at every level of the encoder.
        num_middle_blocks: number of blocks at the bottom.
        decoder_depths: number of blocks at every level of the decoder, from the deepest.
        expansion: channels of the depthwise convolutions, relative to their block: 1 as published
            at 32 channels, 2 at 64.
        ffn_ratio: hidden channels of the feed-forward branches, relative to their block.

    Raises:
        ValueError: the two lists differ in length, a width is less than 1, or in a call sides are
            no multiples of 2 for every level.

    Examples:
        >>> net = NAFNetBaseline(channels=8, encoder_depths=[1], decoder_depths=[1])
        >>> net(torch.rand(1, 3, 6, 8)).shape
        torch.Size([1, 3, 6, 8])
    """

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 32,
        encoder_depths: Sequence[int] = (2, 2, 4, 8),
        num_middle_blocks: int = 12,
        decoder_depths: Sequence[int] = (2, 2, 2, 2),
        expansion: int = 1,
        ffn_ratio: int = 2,
    ) -> None:
        check_positive('expansion', expansion)
        check_positive('ffn_ratio', ffn_ratio)

        def block(width: int) -> Block:
            return BaselineBlock(width, expansion=expansion, ffn_ratio=ffn_ratio)

        super().__init__(
            in_channels,
            channels=channels,
            encoder_depths=encoder_depths,
            num_middle_blocks=num_middle_blocks,
            decoder_depths=decoder_depths,
            block=block,
        )


@OFFICIAL.register_module(name='NAFNet')
def official_nafnet(
    weights: dict[str, Tensor],
    *,
    img_channel: int = 3,
    width: int = 16,
    middle_blk_num: int = 1,
    enc_blk_nums: Sequence[int] = (),
    dec_blk_nums: Sequence[int] = (),
) -> Converted:
    """Return the network and the state dict of an official NAFNet.

    The official network pads images itself, with zeros: around ours, ``Pad`` does. NAFNetLocal has
    the arguments and the weights of NAFNet; at test it is ours inside of ``LocalStatistics``.
    """
    net = NAFNet(
        img_channel,
        channels=width,
        encoder_depths=enc_blk_nums,
        num_middle_blocks=middle_blk_num,
        decoder_depths=dec_blk_nums,
    )
    return net, weights


@OFFICIAL.register_module(name='Baseline (NAFNet)')
def official_nafnet_baseline(
    weights: dict[str, Tensor],
    *,
    img_channel: int = 3,
    width: int = 16,
    middle_blk_num: int = 1,
    enc_blk_nums: Sequence[int] = (),
    dec_blk_nums: Sequence[int] = (),
    dw_expand: int = 1,
    ffn_expand: int = 2,
) -> Converted:
    """Return the network and the state dict of an official Baseline, AMSNet's "nafnet"."""
    net = NAFNetBaseline(
        img_channel,
        channels=width,
        encoder_depths=enc_blk_nums,
        num_middle_blocks=middle_blk_num,
        decoder_depths=dec_blk_nums,
        expansion=dw_expand,
        ffn_ratio=ffn_expand,
    )
    return net, weights
