"""Base class of inference decorators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from torch import Tensor

from mmrestore.functional.complementary_masks import MaskScheme
from mmrestore.models.backbones.base import facts
from mmrestore.named_parts import Parts, read_parts
from mmrestore.registry import INFERENCE, suggest


class Network(Protocol):
    """A backbone or a decorated one."""

    scale: int
    size_multiple: int

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) in [0, 1]."""


class InferenceDecorator:
    """A callable around a network that can itself be decorated; subclasses define ``__call__``.

    It is not a module: the network keeps its one owner, and nothing of a decorator enters a state
    dict. What a decorator must know of those inside of it is passed outwards by the attributes
    below; a subclass that changes one assigns it after ``super().__init__(net)``.

    Attributes:
        tiled_inside: of a class: whether it must see whole images, so that tiles belong inside.
        draws: of a class: whether it draws random numbers, which an exported network cannot.
        bounds_memory: of a class: whether all that it is for is to restore large images in pieces,
            which the program that runs an exported network does by itself.
        alters_network: whether a call sets something in the network for its time, so that calls
            from several threads must go one after another.
        net: what it decorates.
        backbone: the innermost network, without decorators.
        scale: height and width of the output divided by those of the input.
        size_multiple: height and width of the input must be multiples of it.
        pad_mode: how the released code of the network pads.
        full_resolution: the network inside of the outermost pixel downsampling, which restores
            images at full resolution; None without pixel downsampling.
        tiled: whether something inside restores the image in tiles.
        mask_scheme: how complementary masks inside hide pixels; None without such masks.
        mean_window: side in pixels of the window over which the network takes its means; None
            where it takes them over the whole image.
        blind_spot: what sets the blind spot of the network, with an attribute ``shift``; None
            where nothing inside does.

    Raises:
        TypeError: ``net`` cannot be called or does not state ``scale`` and ``size_multiple``.
    """

    tiled_inside: bool = False
    draws: bool = False
    bounds_memory: bool = False
    alters_network: bool = False
    full_resolution: Network | None = None
    tiled: bool = False
    mask_scheme: MaskScheme | None = None
    mean_window: int | None = None
    blind_spot: Any = None

    def __init__(self, net: Network) -> None:
        self.net = net
        if isinstance(net, InferenceDecorator):
            self.backbone: Any = net.backbone
            self.pad_mode: str = net.pad_mode
            self.full_resolution = net.full_resolution
            self.tiled = net.tiled
            self.alters_network = self.alters_network or net.alters_network
            self.mask_scheme = net.mask_scheme
            self.mean_window = net.mean_window
            self.blind_spot = net.blind_spot
        else:
            # Any callable may be a network, also one that is no module.
            missing = [name for name in ('scale', 'size_multiple') if not hasattr(net, name)]
            if missing or not callable(net):
                raise TypeError(
                    'expected a network or an inference decorator with the attributes scale and '
                    f'size_multiple, got {type(net).__name__}'
                    + (f' without {" and ".join(missing)}' if missing else ', not callable')
                )
            self.backbone = net
            self.pad_mode = facts(net).pad_mode
        self.scale = net.scale
        self.size_multiple = net.size_multiple

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) in [0, 1]."""
        raise NotImplementedError


def decorated(net: Network) -> InferenceDecorator:
    """Return a network as a decorator: what it states of its inside, the defaults of a bare one."""
    return net if isinstance(net, InferenceDecorator) else InferenceDecorator(net)


def check_scale(decorator: InferenceDecorator) -> None:
    """Raise a ``ValueError`` if the network upscales images."""
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


def with_tiles(parts: Parts | None, tile: Mapping[str, Any]) -> dict[str, Any]:
    """Return configs of decorators with tiles, called ``tile``, where large images want them.

    Tiles are around all others but inside of those that state ``tiled_inside``. A part that is
    called ``tile`` already is replaced.

    Args:
        parts: configs of inference decorators by name, from the network outwards.
        tile: config of ``Tile``.

    Examples:
        >>> tile, masks = dict(type='Tile'), dict(type='ComplementaryMasks')
        >>> list(with_tiles(dict(pad=dict(type='Pad')), tile))
        ['pad', 'tile']
        >>> list(with_tiles(dict(masks=masks), tile))
        ['tile', 'masks']
    """
    items = [(k, cfg) for k, cfg in read_parts(parts, 'inference').items() if k != 'tile']
    outside = [cfg is not None and states(cfg['type'], 'tiled_inside') for _, cfg in items]
    place = [*outside, True].index(True)
    return dict([*items[:place], ('tile', dict(tile)), *items[place:]])


def states(name: str, attribute: str) -> bool:
    """Return whether the decorators of a type have an attribute that is true.

    A function of a plugin has none.
    """
    component = INFERENCE.get(name)
    is_decorator = isinstance(component, type) and issubclass(component, InferenceDecorator)
    return is_decorator and getattr(component, attribute)


def build_inference(
    net: Network, cfgs: Parts | None = None, *, setting: str = 'inference'
) -> Network:
    """Wrap a network from the inside out: the first part is next to it, the last is called first.

    Args:
        net: a backbone or a decorator.
        cfgs: configs of components of ``INFERENCE`` by name, without their ``net``; None instead of
            a config takes an inherited one away.
        setting: name of the setting that holds them, for messages.

    Raises:
        ValueError: a part has no type.

    Examples:
        >>> import torch
        >>> net = torch.nn.PixelShuffle(2)
        >>> net.scale, net.size_multiple = 2, 4
        >>> parts = dict(pad=dict(type='Pad'), self_ensemble=dict(type='SelfEnsemble'))
        >>> build_inference(net, parts)(torch.zeros(1, 4, 5, 6)).shape
        torch.Size([1, 1, 10, 12])
    """
    parts = read_parts(cfgs, setting)
    for name, cfg in parts.items():
        if cfg is None:
            continue
        if 'type' not in cfg:
            others = [other for other in parts if other != name]
            raise ValueError(
                f'{setting} has no part {name!r} to change.{suggest(name, others)} The parts are '
                f'{", ".join(others) or "none"}; a new one needs its type'
            )
        net = INFERENCE.build(cfg, default_args={'net': net})
    return net
