"""RNAN: residual non-local attention networks (Zhang et al., ICLR 2019).

Parameters have the names of the authors' checkpoints.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from mmrestore.functional.tracing import exporting
from mmrestore.models.backbones.base import Backbone, Tokens
from mmrestore.models.layers.convolutions import conv3x3, pixel_shuffle_upsampler
from mmrestore.models.layers.mean_shift import MeanShift
from mmrestore.models.layers.sizes import check_images, check_positive
from mmrestore.models.layers.transformer import image_mean
from mmrestore.models.official_weights import Converted
from mmrestore.registry import MODELS, OFFICIAL

# Weights of pairs of pixels that are held at a time: of a thread, about its cache; on a GPU.
CPU_ELEMENTS = 2**18
GPU_ELEMENTS = 2**24


def non_local(theta: Tensor, phi: Tensor, g: Tensor) -> Tensor:
    """Return the sum over k of softmax_q(theta_q . phi_k) g_k for every q.

    The weights of one k add up to 1 over all q, as in the authors' code; in attention elsewhere
    those of one q add up to 1 over all k. So a few k at a time, with all q, give exact parts of the
    sum, and memory is linear in N.

    Args:
        theta: (B, N, C).
        phi: (B, N, C).
        g: (B, N, C).

    Returns:
        (B, N, C).

    Examples:
        >>> zero, g = torch.zeros(1, 2, 1), torch.tensor([[[1.0], [3.0]]])
        >>> non_local(zero, zero, g).flatten()
        tensor([2., 2.])
    """
    if torch.is_grad_enabled() and not torch.compiler.is_compiling():
        return _NonLocal.apply(theta, phi, g)
    return _sum_of_blocks(theta, phi, g)


def _sum_of_blocks(theta: Tensor, phi: Tensor, g: Tensor) -> Tensor:
    y = torch.zeros_like(g, dtype=torch.promote_types(g.dtype, torch.float32))
    for block in _blocks(theta):
        weights = _weights(theta, phi[:, block]).to(g.dtype)
        y += torch.bmm(weights.mT, g[:, block])
    return y.to(g.dtype)


class _NonLocal(torch.autograd.Function):
    """The same with a gradient that computes the weights again instead of keeping them."""

    @staticmethod
    def forward(ctx: Any, theta: Tensor, phi: Tensor, g: Tensor) -> Tensor:
        ctx.save_for_backward(theta, phi, g)
        return _sum_of_blocks(theta, phi, g)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        theta, phi, g = ctx.saved_tensors
        grad_theta = torch.zeros_like(theta, dtype=torch.promote_types(grad.dtype, torch.float32))
        grad_phi, grad_g = torch.empty_like(phi), torch.empty_like(g)
        for block in _blocks(theta):
            weights = _weights(theta, phi[:, block])
            grad_g[:, block] = torch.bmm(weights.to(grad.dtype), grad)
            of_weights = torch.bmm(g[:, block], grad.mT).to(weights.dtype)
            of_logits = torch._softmax_backward_data(of_weights, weights, -1, weights.dtype)
            of_logits = of_logits.to(theta.dtype)
            grad_phi[:, block] = torch.bmm(of_logits, theta)
            grad_theta += torch.bmm(of_logits.mT, phi[:, block])
        return grad_theta.to(theta.dtype), grad_phi, grad_g


def _weights(theta: Tensor, phi: Tensor) -> Tensor:
    """Return (B, block, N): for every k of a block its weights over all q."""
    logits = torch.bmm(phi, theta.mT)
    return logits.softmax(-1, dtype=torch.promote_types(logits.dtype, torch.float32))


def _blocks(x: Tensor) -> Iterator[slice]:
    if exporting():  # one block, for their number would be fixed
        yield slice(None)
        return
    batch, pixels, _ = x.shape
    elements = GPU_ELEMENTS
    if x.device.type == 'cpu':
        threads = 1 if torch.compiler.is_compiling() else torch.get_num_threads()
        elements = CPU_ELEMENTS * threads
    size = max(1, elements // (batch * pixels))
    for start in range(0, pixels, size):
        yield slice(start, start + size)


class NonLocal(nn.Module):
    """The non-local block: every pixel gets a part of every other one (section 3.3)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.g = nn.Conv2d(channels, channels // 2, 1)
        self.W = nn.Conv2d(channels // 2, channels, 1)
        self.theta = nn.Conv2d(channels, channels // 2, 1)
        self.phi = nn.Conv2d(channels, channels // 2, 1)
        nn.init.zeros_(self.W.weight)
        assert self.W.bias is not None
        nn.init.zeros_(self.W.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        rows = [conv(x).flatten(2).mT for conv in (self.theta, self.phi, self.g)]  # (B, N, C / 2)
        return x + self.W(non_local(*rows).mT.unflatten(2, x.shape[2:]))


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(x)))."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            conv3x3(channels, channels), nn.ReLU(inplace=True), conv3x3(channels, channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return x + self.body(x)


class Mask(nn.Module):
    """The mask branch: weights in (0, 1) from half the size."""

    def __init__(self, channels: int, *, is_non_local: bool) -> None:
        super().__init__()
        first = [NonLocal(channels)] if is_non_local else []
        down = nn.Conv2d(channels, channels, 3, stride=2, padding=1)
        up = nn.ConvTranspose2d(channels, channels, 6, stride=2, padding=2)
        self.MB_RB1 = nn.Sequential(*first, ResidualBlock(channels))
        self.MB_Down = nn.Sequential(down)
        self.MB_RB2 = nn.Sequential(ResidualBlock(channels), ResidualBlock(channels))
        self.MB_Up = nn.Sequential(up)
        self.MB_RB3 = nn.Sequential(ResidualBlock(channels))
        self.MB_1x1conv = nn.Sequential(nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return the weights of features (B, C, H, W)."""
        x = self.MB_RB1(x)
        x = x + self.MB_Up(self.MB_RB2(self.MB_Down(x)))
        return self.MB_1x1conv(self.MB_RB3(x)).sigmoid()


class Trunk(nn.Module):
    """Two residual blocks."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(ResidualBlock(channels), ResidualBlock(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return self.body(x)


class ResidualAttention(nn.Module):
    """A trunk that is weighted by its mask, with a shortcut, between residual blocks."""

    def __init__(self, channels: int, *, is_non_local: bool) -> None:
        super().__init__()
        self.RA_RB1 = nn.Sequential(ResidualBlock(channels))
        self.RA_TB = nn.Sequential(Trunk(channels))
        self.RA_MB = nn.Sequential(Mask(channels, is_non_local=is_non_local))
        self.RA_tail = nn.Sequential(ResidualBlock(channels), ResidualBlock(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        x = self.RA_RB1(x)
        return self.RA_tail(torch.addcmul(x, self.RA_TB(x), self.RA_MB(x)))


class Group(nn.Module):
    """An attention module and a convolution."""

    def __init__(self, channels: int, *, is_non_local: bool = False) -> None:
        super().__init__()
        attention = ResidualAttention(channels, is_non_local=is_non_local)
        self.body = nn.Sequential(attention, conv3x3(channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return self.body(x)


@MODELS.register_module()
class RNAN(Backbone):
    """RNAN for denoising, JPEG and super-resolution; sides are even.

    The first and the last group have non-local attention over the whole image. The authors test
    large images in parts of less than 10,000 pixels because of its memory; here it takes none to
    speak of, but time that grows with the square of the number of pixels, and the results on whole
    images are others than those on parts.

    For super-resolution (``scale`` above 1) the mean colour is subtracted and added by 1x1
    convolutions that are trained with the rest, and the features before the groups are added to
    those after; otherwise the input is added to the output.

    Args:
        in_channels: channels of the images.
        channels: width of the features.
        num_groups: number of groups, of which two are non-local.
        scale: factor of height and width.
        image_range: factor of the image inside the network.

    Raises:
        ValueError: arguments that do not fit, or in a call a side that is not even.

    Examples:
        >>> net = RNAN(channels=8, num_groups=3)
        >>> net(torch.rand(1, 3, 6, 8)).shape
        torch.Size([1, 3, 6, 8])
        >>> sum(p.numel() for p in RNAN().parameters())
        8959555
    """

    size_multiple = 2
    global_statistics = True
    # The non-local blocks; a mask of their input masks their shortcut too.
    attention = Tokens('body_nl_*.MB_RB1.0', channel_dim=1)

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 64,
        num_groups: int = 10,
        scale: int = 1,
        image_range: float = 255.0,
    ) -> None:
        super().__init__()
        check_positive('channels', channels)
        if num_groups < 2:
            raise ValueError(f'two groups are non-local, got num_groups={num_groups}')
        if channels % 2:
            raise ValueError(f'attention has half the channels, which are odd: channels={channels}')
        self.in_channels = in_channels
        self.scale = scale
        self.image_range = image_range
        self.head = nn.Sequential(conv3x3(in_channels, channels))
        self.body_nl_low = nn.Sequential(Group(channels, is_non_local=True))
        groups = [Group(channels) for _ in range(num_groups - 2)]
        self.body = nn.Sequential(*groups, conv3x3(channels, channels))
        self.body_nl_high = nn.Sequential(Group(channels, is_non_local=True))
        last = conv3x3(channels, in_channels)
        if scale == 1:
            self.tail = nn.Sequential(last)
            return
        self.tail = nn.Sequential(pixel_shuffle_upsampler(channels, scale), last)
        mean = image_range * image_mean(in_channels).flatten()
        self.sub_mean = MeanShift(-mean)
        self.add_mean = MeanShift(mean)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1], H and W even."""
        check_images(x, self.in_channels, self.size_multiple)
        scaled = x * self.image_range
        if self.scale > 1:
            scaled = self.sub_mean(scaled)
        first = self.head(scaled.contiguous(memory_format=torch.channels_last))
        first = first.contiguous(memory_format=torch.channels_last)  # of gray images it is not yet
        features = self.body_nl_high(self.body(self.body_nl_low(first)))
        if self.scale == 1:
            return (x + self.tail(features) / self.image_range).contiguous()
        y = self.add_mean(self.tail(features + first))
        return (y / self.image_range).contiguous()


@OFFICIAL.register_module(name='RNAN')
def official_rnan(
    weights: dict[str, Tensor],
    *,
    n_resgroups: int = 10,
    n_resblocks: int = 16,
    n_feats: int = 64,
    reduction: int = 16,
    scale: Sequence[int] = (1,),
    n_colors: int = 3,
    res_scale: float = 1,
    rgb_range: float = 1,
) -> Converted:
    """Return the network and the state dict of an official RNAN.

    It ignores ``n_resblocks``, ``reduction`` and ``res_scale``. It maps the images that it was
    trained on, which in all releases are in [0, 255], and so does ours with ``rgb_range=1``;
    with ``rgb_range=255`` ours maps images in [0, 1] with the weights of those.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    if len(scale) != 1:
        raise ValueError(f'RNAN enlarges by one scale, got {list(scale)}')
    net = RNAN(
        n_colors,
        channels=n_feats,
        num_groups=n_resgroups,
        scale=scale[0],
        image_range=rgb_range,
    )
    return net, weights
