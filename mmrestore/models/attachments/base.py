"""Base class of attachments, which act inside a network without being part of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from torch import Tensor, nn

from mmrestore.registry import suggest

PLACES = ('input', 'output')


class Attachment(nn.Module):
    """Changes what goes into, or comes out of, named layers of a network, by hooks.

    The network's code and state dict stay as they are. A subclass defines ``act``; what it learns
    belongs to the restorer that holds it. ``begin`` is called before every pass of the network.
    Whether that is training or a test, the mode of the network says.

    Attributes:
        ratio: share of what it masks, which a schedule may set; None of one that has no ratio.
        name: what the restorer calls it.

    Args:
        layers: names of the layers in the network's ``named_modules``, with wildcards as those of
            file names: ``layers.*.attn`` are all whose name begins with ``layers.`` and ends with
            ``.attn``; ``''`` is the network itself. None of one that finds them in ``resolve``.
        at: ``input`` acts on the first argument of the layers, ``output`` on what they return.
        in_training: whether it acts in layers that are in training mode.
        in_test: whether it acts in layers that are in evaluation mode.

    Raises:
        ValueError: ``at`` is neither of the two; when it is attached, if no layer has such a name.
    """

    ratio: Any = None
    name: str = ''

    def __init__(
        self,
        layers: str | Sequence[str] | None,
        *,
        at: str = 'input',
        in_training: bool = True,
        in_test: bool = False,
    ) -> None:
        super().__init__()
        if at not in PLACES:
            raise ValueError(f'at must be one of {PLACES}, got {at!r}')
        self.patterns = [layers] if isinstance(layers, str) else list(layers or ())
        self.at = at
        self.in_training, self.in_test = in_training, in_test
        self.layers: list[str] = []

    def attach(self, network: nn.Module) -> None:
        """Act in the layers of ``network`` from now on.

        Raises:
            ValueError: one of the names is that of no layer, or it is attached already.
        """
        if self.layers:
            raise ValueError(f'{type(self).__name__} is attached already: make another one')
        self.resolve(network)
        modules = dict(network.named_modules())
        self.layers = matching_layers(modules, self.patterns)
        network.register_forward_pre_hook(self._begin)
        for place, name in enumerate(self.layers):
            if self.at == 'input':
                modules[name].register_forward_pre_hook(partial(self._before, place))
            else:
                modules[name].register_forward_hook(partial(self._after, place))

    def resolve(self, network: nn.Module) -> None:
        """Set what depends on the network, such as ``patterns`` and ``at``, when it is attached."""

    def acts_in(self, module: nn.Module) -> bool:
        """Whether it is active in the current mode of the network or of one of its layers."""
        return self.in_training if module.training else self.in_test

    def begin(self, x: Tensor) -> None:
        """Prepare a pass of the network over images (N, C, H, W)."""

    def act(self, features: Tensor, place: int) -> Tensor:
        """Return what stands for the features of a layer, the one at ``place`` in ``layers``."""
        raise NotImplementedError

    # Bound methods, not closures: a copy of a network with its attachments has hooks of its own.

    def _begin(self, network: nn.Module, arguments: tuple) -> None:
        if self.acts_in(network):
            self.begin(arguments[0])

    def _before(self, place: int, layer: nn.Module, arguments: tuple) -> tuple | None:
        if not self.acts_in(layer):
            return None
        first = self._features(arguments[0] if arguments else None, place)
        return (self.act(first, place), *arguments[1:])

    def _after(self, place: int, layer: nn.Module, arguments: tuple, output: Any) -> Tensor | None:
        return self.act(self._features(output, place), place) if self.acts_in(layer) else None

    def _features(self, value: Any, place: int) -> Tensor:
        if not isinstance(value, Tensor):
            what = 'first argument' if self.at == 'input' else 'result'
            raise TypeError(
                f'{type(self).__name__} needs a tensor as the {what} of '
                f'{self.layers[place] or "the network"}, got {type(value).__name__}: attach it to '
                'another layer'
            )
        return value


def matching_layers(names: Collection[str], patterns: Sequence[str]) -> list[str]:
    """Return the names that match one of the patterns, each once, in the order of ``names``.

    Raises:
        ValueError: a pattern matches none; the message names near ones.

    Examples:
        >>> matching_layers(['conv_first', 'layers.0.attn', 'layers.1.attn'], ['layers.*.attn'])
        ['layers.0.attn', 'layers.1.attn']
    """
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise ValueError(
                f'the network has no layer {pattern!r}.{suggest(pattern, names)} `named_modules` '
                'lists them'
            )
    return [name for name in names if any(fnmatchcase(name, p) for p in patterns)]
