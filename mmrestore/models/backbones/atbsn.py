"""AT-BSN: a blind-spot network whose blind spot can be changed (Chen et al., CVPR 2024).

Not the images but the kernels are turned, so that images need not be square and no features are
turned back. Parameters have the names of official checkpoints. Features are channels-last.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.backbones.base import TunableBlindSpot
from mmrestore.models.layers.convolutions import conv3x3, initialise_convs
from mmrestore.models.layers.enlarged_conv import enlarged_conv
from mmrestore.models.layers.pointwise import join_rows, to_rows
from mmrestore.models.layers.sizes import check_images, check_positive
from mmrestore.models.official_weights import Converted, check_equal_channels
from mmrestore.registry import MODELS, OFFICIAL

LEVELS = 5  # each halves height and width
SLOPE = 0.1  # of the activations below zero

# What convolutions and pooling look at: all around, or the rows above, the columns to the left, the
# rows below or the columns to the right, each with their own.
ALL_AROUND, ABOVE, LEFT, BELOW, RIGHT = None, 0, 1, 2, 3
VIEWS = (ABOVE, LEFT, BELOW, RIGHT)  # in the order of the channels that the heads take
PADDING = {  # left, right, top, bottom
    ALL_AROUND: (1, 1, 1, 1),
    ABOVE: (1, 1, 2, 0),
    LEFT: (2, 0, 1, 1),
    BELOW: (1, 1, 0, 2),
    RIGHT: (0, 2, 1, 1),
}


class Conv(nn.Module):
    """A 3x3 convolution and an activation."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = conv3x3(in_channels, out_channels)

    def forward(self, x: Tensor, view: int | None) -> Tensor:
        """Map features (B, C, H, W)."""
        return _leaky(_convolve(x, _turned(self.conv.weight, view), self.conv.bias, view))


class Decoder(nn.Module):
    """Two convolutions of upsampled features and a skip connection."""

    def __init__(self, below: int, skip: int, channels: int, out_channels: int) -> None:
        super().__init__()
        self.widths = (below, skip)
        self.conv1 = Conv(below + skip, channels)
        self.conv2 = Conv(channels, out_channels)

    def forward(self, x: Tensor, skip: Tensor, view: int | None) -> Tensor:
        """Map features (B, C, H, W) and a skip (B, D, 2H, 2W)."""
        conv = self.conv1.conv
        for_x, for_skip = _turned(conv.weight, view).split(self.widths, dim=1)
        y = enlarged_conv(x, for_x, conv.bias, padding=PADDING[view])
        return self.conv2(_leaky(y.add_(_convolve(skip, for_skip, None, view))), view)


class UNet(nn.Module):
    """The U-Net, of a student too; skips are features after pooling and, at last, the image."""

    def __init__(self, in_channels: int, channels: int, out_channels: int) -> None:
        super().__init__()
        self.intro = Conv(in_channels, channels)
        for level in range(1, LEVELS + 2):
            self.add_module(f'enc{level}', nn.ModuleDict({'conv1': Conv(channels, channels)}))
        below, wide = channels, 2 * channels
        for level in range(LEVELS, 0, -1):
            skip, width = (channels, wide) if level > 1 else (in_channels, out_channels)
            self.add_module(f'dec{level}', Decoder(below, skip, wide, width))
            below = width

    def forward(self, x: Tensor, view: int | None, margins: Sequence[int] = (0, 0, 0, 0)) -> Tensor:
        """Map images (B, C, H, W) to features, less some pixels at the edges.

        Args:
            x: images.
            view: what convolutions and pooling look at.
            margins: pixels to leave out at the left, right, top and bottom; less than none adds
                zeros.
        """
        skips = [x]
        x = self.intro(x, view)
        for level in range(1, LEVELS + 1):
            x = _pool(self.get_submodule(f'enc{level}.conv1')(x, view), view)
            skips.append(x)
        x = self.get_submodule(f'enc{LEVELS + 1}.conv1')(x, view)
        unused = unused_margins(margins, view)
        for level in range(LEVELS, 0, -1):
            here = unused[level - 1]
            x = self.get_submodule(f'dec{level}')(x, _crop(skips[level - 1], here), view)
            wanted = [n // 2 for n in unused[level - 2]] if level > 1 else margins
            x = _crop(x, [a - b for a, b in zip(wanted, here, strict=True)])
        return x


@MODELS.register_module()
class ATBSN(TunableBlindSpot):
    """AT-BSN: no pixel of the output depends on the input in a square around its place.

    A U-Net sees the rows above and, turned, the columns to the left, the rows below and the columns
    to the right. Each of the four feature maps is moved away from what it sees by ``shift`` pixels
    and 1x1 convolutions join them, so that the side of the square is 2 ``shift`` - 1; at 0 nothing
    is hidden. ``shift`` can be set at any time, the parameters are those of every shift: networks
    are trained with 5 and tested with less.

    Args:
        in_channels: channels of the images.
        channels: width of the features.
        blind_spot_shift: the first value of the attribute ``shift``.

    Raises:
        ValueError: ``channels`` is less than 1 or a shift negative, or in a call a side is not a
            multiple of 32.

    Examples:
        >>> net = ATBSN(channels=8)
        >>> net.shift = 2  # a blind spot of 3 x 3
        >>> net(torch.rand(1, 3, 32, 64)).shape
        torch.Size([1, 3, 32, 64])
        >>> sum(p.numel() for p in ATBSN().parameters())
        1268547
    """

    scale = 1
    size_multiple = 2**LEVELS

    def __init__(
        self, in_channels: int = 3, *, channels: int = 48, blind_spot_shift: int = 5
    ) -> None:
        super().__init__()
        check_positive('channels', channels)
        _check_shifts([blind_spot_shift])
        self.in_channels = in_channels
        self.shift = blind_spot_shift
        width = 2 * channels
        self.unet = UNet(in_channels, channels, width)
        self.nin_A = nn.Conv2d(4 * width, 4 * width, 1)
        self.nin_B = nn.Conv2d(4 * width, width, 1)
        self.nin_C = nn.Conv2d(width, in_channels, 1)
        initialise_convs(self, SLOPE)
        nn.init.kaiming_normal_(self.nin_C.weight, nonlinearity='linear')

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1], H and W multiples of 32."""
        return self.multi_shift(x, [self.shift]).squeeze(1)

    def multi_shift(self, x: Tensor, shifts: Sequence[int], *, border: int = 0) -> Tensor:
        """Restore images with several blind spots at little more than the cost of one.

        Args:
            x: images (B, C, H, W) in [0, 1], H and W multiples of 32.
            shifts: one of 0 or more for each output.
            border: pixels to leave out on all sides of the outputs.

        Returns:
            (B, K, C, H - 2 border, W - 2 border), K the number of shifts.

        Raises:
            ValueError: there is no shift or a negative one, or the border leaves nothing.

        Examples:
            >>> net, x = ATBSN(channels=8), torch.rand(1, 3, 64, 64)
            >>> outputs = net.multi_shift(x, [0, 5], border=16)
            >>> outputs.shape
            torch.Size([1, 2, 3, 32, 32])
            >>> bool((outputs[:, 1] - net(x)[..., 16:-16, 16:-16]).abs().max() < 1e-4)
            True
        """
        check_images(x, self.in_channels, self.size_multiple)
        _check_shifts(shifts)
        height, width = (side - 2 * border for side in x.shape[-2:])
        if border < 0 or min(height, width) < 1:
            raise ValueError(f'a border of {border} pixels does not fit images {tuple(x.shape)}')
        x = x.contiguous(memory_format=torch.channels_last)
        least, most = min(shifts), max(shifts)
        views = []
        for view in VIEWS:
            margins = [border] * 4
            seen = (2, 0, 3, 1)[view]  # the side, and that opposite
            margins[seen] -= most
            margins[seen ^ 1] += least
            views.append(self.unet(x, view, margins))
        if least == most:
            joined = self.nin_A(to_rows(torch.cat(views, dim=1)))
            y = self._finish(joined, x.shape[0]).unsqueeze(1)
            return y.expand(-1, len(shifts), -1, -1, -1).contiguous()
        places = [(most - shift, shift - least) for shift in shifts]
        return self._join(views, places, (height, width))

    def _join(
        self, views: list[Tensor], places: list[tuple[int, int]], size: tuple[int, int]
    ) -> Tensor:
        """Map views to images, where those of each shift begin at two places, near and far."""
        # The first 1x1 convolution is linear, so it can come before the shifts, once for all.
        weights = self.nin_A.weight.chunk(4, dim=1)
        biases = (self.nin_A.bias, None, None, None)
        views = [
            join_rows(F.conv2d(to_rows(view), weight, bias), view.shape[0])
            for view, weight, bias in zip(views, weights, biases, strict=True)
        ]
        height, width = size
        # On a CPU, image by image: what one blind spot read is in the cache for the next.
        group = 1 if views[0].device.type == 'cpu' else views[0].shape[0]
        outputs = []
        for above, left, below, right in zip(*(v.split(group) for v in views), strict=True):
            images = []
            for near, far in places:
                y = above[:, :, near : near + height] + below[:, :, far : far + height]
                y += left[..., near : near + width]
                y += right[..., far : far + width]
                images.append(self._finish(to_rows(y), y.shape[0]))
            outputs.append(torch.stack(images, dim=1))
        return torch.cat(outputs).contiguous()

    def _finish(self, rows: Tensor, batch: int) -> Tensor:
        """Map rows of what the first 1x1 convolution returned to images (B, C, H, W)."""
        return join_rows(self.nin_C(_leaky(self.nin_B(_leaky(rows)))), batch)


def unused_margins(margins: Sequence[int], view: int | None) -> list[list[int]]:
    """Return which pixels no level of a decoder needs for features less ``margins``, the top first.

    They are counted from the left, right, top and bottom, and even, so that the level below needs
    no half of a pixel.

    Examples:
        >>> unused_margins([16, 16, 11, 16], ABOVE)[:3]  # of three sides two pixels are needed
        [[14, 14, 6, 16], [4, 4, 0, 8], [0, 0, 0, 4]]
    """
    rims = [2 * n for n in PADDING[view]]  # so far two convolutions look
    levels: list[list[int]] = []
    for _ in range(LEVELS):
        levels.append([max(n - rim, 0) // 2 * 2 for n, rim in zip(margins, rims, strict=True)])
        margins = [n // 2 for n in levels[-1]]
    return levels


def _crop(x: Tensor, margins: Sequence[int]) -> Tensor:
    return F.pad(x, [-n for n in margins]) if any(margins) else x


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE, inplace=True)


def _turned(weight: Tensor, view: int | None) -> Tensor:
    return torch.rot90(weight, view, (2, 3)) if view else weight


def _convolve(x: Tensor, weight: Tensor, bias: Tensor | None, view: int | None) -> Tensor:
    if view is ALL_AROUND:
        return F.conv2d(x, weight, bias, padding=1)
    return F.conv2d(F.pad(x, PADDING[view]), weight, bias)


def _pool(x: Tensor, view: int | None) -> Tensor:
    """Return the maximum of 2x2 pixels; with a blind spot one row late, and zeros come first."""
    if view is ALL_AROUND:
        return F.max_pool2d(x, 2)
    dim, last = (2 if view in (ABOVE, BELOW) else 3), view in (BELOW, RIGHT)
    size = x.shape[dim] // 2
    y = F.max_pool2d(x, 2, padding=(1, 0) if dim == 2 else (0, 1)).narrow(dim, int(last), size)
    # Around the features there is nothing for max_pool2d; zeros only matter in the first row.
    edge = y.narrow(dim, size - 1 if last else 0, 1).clamp(min=0)
    rest = y.narrow(dim, 0 if last else 1, size - 1)
    return torch.cat([rest, edge] if last else [edge, rest], dim)


def _check_shifts(shifts: Sequence[int]) -> None:
    if not shifts or min(shifts) < 0:
        raise ValueError(f'expected one or more shifts of 0 or more, got {list(shifts)}')


@OFFICIAL.register_module(name='AT-BSN')
def official_atbsn(
    weights: dict[str, Tensor],
    *,
    in_channels: int = 3,
    mid_channels: int = 48,
    out_channels: int = 3,
) -> Converted:
    """Return the network and the state dict of an AT-BSN; its ``shift`` is that of its training.

    Raises:
        ValueError: the numbers of channels of inputs and outputs differ.
    """
    check_equal_channels('AT-BSN', in_channels, out_channels)
    return ATBSN(in_channels, channels=mid_channels), weights
