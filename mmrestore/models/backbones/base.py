"""Attributes that the toolbox reads of a network besides its call ``y = net(x)``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor, nn


@dataclass(frozen=True)
class Tokens:
    """Locations of a network's tokens, the feature vectors of single positions.

    Attributes:
        layers: names in ``named_modules`` with wildcards, ``'layers.*.attn'``; ``''`` is the
            network itself.
        at: whether they are the first argument of these layers or what the layers return.
        channel_dim: axis of the channels: 1 of (N, C, H, W), 3 of (N, H, W, C), -1 of
            (windows, pixels, C) or of rows (pixels, C).
    """

    layers: str | tuple[str, ...]
    at: Literal['input', 'output'] = 'input'
    channel_dim: int = -1


PIXELS = Tokens('', at='input', channel_dim=1)


class Backbone(nn.Module):
    """A network ``y = net(x)`` from images (N, C, H, W) in [0, 1] to images (N, C, sH, sW).

    It pads nothing and knows nothing of noise, losses or strategies. Subclasses state what differs
    from the defaults, as attributes of the class or, where it depends on arguments, of the
    instance. A network that does not derive from this class may state the same attributes; it must
    state ``scale`` and ``size_multiple``.

    Attributes:
        scale: height and width of the output divided by those of the input.
        size_multiple: height and width of the input must be multiples of it.
        in_channels: channels of the input, which the restorer checks.
        pad_mode: how the released code pads images to multiples, a mode of
            :class:`mmrestore.models.inference.Pad`.
        global_statistics: whether every output pixel depends on the whole image, so that tiles are
            restored differently from the image.
        global_means_only: whether all that is taken over the whole image are means, modules
            :class:`mmrestore.models.layers.global_mean.GlobalMean`, so that local ones can stand
            for them.
        ignored_keys: parts of names in official checkpoints that the network does not need.
        embedding: where an image is embedded: tokens that have each seen one pixel only. By default
            the pixels of the input themselves, for a convolution of more than one pixel would see
            the neighbors of a masked pixel.
        attention: the inputs of all attention layers; None of a network without attention.
        block_names: names of the blocks whose features activation checkpointing computes again, in
            ``named_modules``; ``*`` stands for one part of a name.
        blind_spot: whether it is made so that no output pixel depends on the input at its place;
            None of a network that does not state it, which is then trained as if it were.
        tunable_blind_spot: whether the size of its blind spot is set by the attribute ``shift``,
            and ``multi_shift`` restores with several at once.
    """

    scale: int = 1
    size_multiple: int = 1
    in_channels: int = 3
    pad_mode: str = 'reflect'
    global_statistics: bool = False
    global_means_only: bool = True
    ignored_keys: tuple[str, ...] = ()
    embedding: Tokens = PIXELS
    attention: Tokens | None = None
    block_names: tuple[str, ...] = ()
    blind_spot: bool | None = False
    tunable_blind_spot: bool = False


class TunableBlindSpot(Backbone):
    """A network whose outputs do not depend on the input in a square around their position.

    Attributes:
        shift: s of the square of 2 s - 1 pixels on a side; at 0 nothing is hidden. It can be set at
            any time.
    """

    tunable_blind_spot = True
    shift: int

    @property
    def blind_spot(self) -> bool:  # type: ignore[override]  # it follows the shift
        """Whether any pixel is hidden."""
        return self.shift > 0

    def multi_shift(self, x: Tensor, shifts: Sequence[int], *, border: int = 0) -> Tensor:
        """Restore images (N, C, H, W) with K blind spots.

        Args:
            x: images in [0, 1].
            shifts: one of 0 or more for each output.
            border: pixels to leave out on all sides of the outputs.

        Returns:
            (N, K, C, H - 2 border, W - 2 border).
        """
        raise NotImplementedError


STATED = (
    *('scale', 'size_multiple', 'in_channels', 'pad_mode', 'global_statistics'),
    *('global_means_only', 'ignored_keys', 'embedding', 'attention', 'block_names', 'blind_spot'),
)


def facts(net: Any) -> Backbone:
    """Return what a network states of itself, the defaults where it states nothing.

    Everything else in the toolbox reads attributes of :class:`Backbone`; networks of other packages
    need not know it.

    Args:
        net: a backbone, which is returned as it is, or any other network; ``in_channels`` is None
            where that does not state it.

    Examples:
        >>> net = nn.PixelShuffle(2)
        >>> net.scale = 2
        >>> facts(net).scale, facts(net).pad_mode, facts(net).attention
        (2, 'reflect', None)
    """
    if isinstance(net, Backbone):
        return net
    # A network of another package may state any of the attributes, or none.
    stated = {name: getattr(net, name) for name in STATED if hasattr(net, name)}
    found = Backbone()
    found.in_channels = None  # type: ignore[assignment]  # not stated, so not checked
    found.blind_spot = None
    for name, value in stated.items():
        setattr(found, name, value)
    # The method tells: an attribute `shift` has another meaning in networks of shifted windows.
    found.tunable_blind_spot = hasattr(net, 'multi_shift')
    return found
