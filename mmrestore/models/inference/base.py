"""What happens around a network at test time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from torch import Tensor

from mmrestore.registry import INFERENCE


class Network(Protocol):
    """A backbone or a decorated one."""

    scale: int
    size_multiple: int

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) in [0, 1]."""


class InferenceDecorator:
    """A callable around a network that can itself be decorated; subclasses define ``__call__``.

    It is not a module: the network keeps its one owner, and nothing of a decorator enters a state
    dict. ``scale`` and ``size_multiple`` have the meaning they have for a backbone; they are those
    of the network unless a subclass changes them. ``pad_mode`` is how the released code of the
    network pads, 'reflect' if it does not say. ``tiled_inside`` says of a class that it is to be
    given whole images, so that large ones are tiled inside of it.

    Raises:
        TypeError: ``net`` cannot be called or does not state ``scale`` and ``size_multiple``.
    """

    tiled_inside = False

    def __init__(self, net: Network) -> None:
        missing = [name for name in ('scale', 'size_multiple') if not hasattr(net, name)]
        if missing or not callable(net):
            raise TypeError(
                'expected a network or an inference decorator with the attributes scale and '
                f'size_multiple, got {type(net).__name__}'
                + (f' without {" and ".join(missing)}' if missing else ', which cannot be called')
            )
        self.net = net
        self.scale = net.scale
        self.size_multiple = net.size_multiple
        self.pad_mode: str = getattr(net, 'pad_mode', 'reflect')

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) in [0, 1]."""
        raise NotImplementedError


def check_scale(decorator: InferenceDecorator) -> None:
    """Raise a ``ValueError`` if the network enlarges images."""
    if decorator.scale != 1:
        raise ValueError(
            f'{type(decorator).__name__} is for networks that keep the size of images, got one '
            f'that enlarges them by {decorator.scale}'
        )


def check_images(x: Tensor) -> None:
    """Raise a ``ValueError`` unless ``x`` are images (N, C, H, W) and not empty."""
    if x.ndim != 4 or not x.numel():
        raise ValueError(
            f'expected images (N, C, H, W) of at least one pixel, got the shape {tuple(x.shape)}'
        )


def chain(net: Network) -> Iterator[Network]:
    """Yield the decorators from the outermost inwards and at last the network."""
    while isinstance(net, InferenceDecorator):
        yield net
        net = net.net
    yield net


def with_tiles(cfgs: Sequence[dict[str, Any]], tile: dict[str, Any]) -> list[dict[str, Any]]:
    """Return configs of decorators and of tiles, in the order in which large images want them.

    Tiles come outside of all others but inside of those that state ``tiled_inside``.

    Args:
        cfgs: configs of inference decorators, the one next to the network first.
        tile: config of ``Tile``.

    Examples:
        >>> pad, masks, tile = dict(type='Pad'), dict(type='ComplementaryMasks'), dict(type='Tile')
        >>> with_tiles([pad], tile) == [pad, tile], with_tiles([masks], tile) == [tile, masks]
        (True, True)
    """
    outside = [getattr(INFERENCE.get(cfg['type']), 'tiled_inside', False) for cfg in cfgs]
    place = [*outside, True].index(True)
    return [*cfgs[:place], tile, *cfgs[place:]]


def build_inference(net: Network, cfgs: Sequence[dict[str, Any]] = ()) -> Network:
    """Wrap a network from the inside out: the first config is next to it, the last is called first.

    Args:
        net: a backbone or a decorator.
        cfgs: configs of components of ``INFERENCE``, without their ``net``.

    Examples:
        >>> import torch
        >>> net = torch.nn.PixelShuffle(2)
        >>> net.scale, net.size_multiple = 2, 4
        >>> restore = build_inference(net, [dict(type='Pad'), dict(type='SelfEnsemble')])
        >>> restore(torch.zeros(1, 4, 5, 6)).shape
        torch.Size([1, 1, 10, 12])
    """
    for cfg in cfgs:
        net = INFERENCE.build(cfg, default_args={'net': net})
    return net
