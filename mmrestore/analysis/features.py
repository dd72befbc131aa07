"""Layer features of an image, one vector per image and layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from mmrestore.functional.seeding import seeded
from mmrestore.models.attachments.base import matching_layers

INPUT = ':input'


def find_layers(net: nn.Module, patterns: Iterable[str]) -> list[str]:
    """Return the layers of a network that fit patterns, in the order of its modules.

    A pattern is a name as in ``named_modules``, with wildcards as those of file names: ``layers.?``
    are the stages 0 to 9 and ``layers.*`` also all that is inside of them. With ``:input`` at its
    end it means what a layer gets instead of what it returns.

    Args:
        net: the network.
        patterns: what is looked for; a layer that fits several is returned once.

    Raises:
        ValueError: a pattern fits no layer; the message names near ones.

    Examples:
        >>> net = nn.Sequential(nn.Conv2d(3, 3, 1), nn.Sequential(nn.ReLU(), nn.Conv2d(3, 3, 1)))
        >>> find_layers(net, ['1.*', '0:input'])
        ['1.0', '1.1', '0:input']
    """
    outputs, inputs = _split(patterns)
    names = [name for name, _ in net.named_modules() if name]
    return [
        *matching_layers(names, outputs),
        *(f'{name}{INPUT}' for name in matching_layers(names, inputs)),
    ]


def collect_features(
    net: nn.Module,
    images: Tensor,
    patterns: Sequence[str],
    *,
    seed: int | None = None,
    progress: Callable[[], object] = bool,
) -> dict[str, Tensor]:
    """Return the features of layers for every image, layers in the order in which they returned.

    The first floating-point tensor that a layer returns counts. What a layer returns in several
    calls, because the network works on a few windows at a time or uses the layer again, is joined.
    It is copied at once: in inference many a sum or activation is written over its first term.

    Every image goes through the network alone, because only then all that a layer returns belongs
    to it: networks of window attention keep the pixels of a batch in orders that mix its images.
    The order of the features is that of the network, the same for all images of a size.

    Args:
        net: the network, in evaluation mode unless its dropout is meant to act.
        images: (N, C, H, W) floating point in [0, 1], on the device of the network.
        patterns: the layers, see :func:`find_layers`. Those that the network does not call, such as
            lists of blocks, are left out.
        seed: image i is seen with PyTorch's generators seeded by ``seed + i``, which fixes masks
            that act at test; None leaves the generators alone.
        progress: called after every image.

    Returns:
        (N, features) by layer, in the type of the network.

    Raises:
        ValueError: a pattern fits no layer, or none that returned a tensor, or the network calls
            other layers for another image, as compiled ones seem to do.

    Examples:
        >>> net = nn.Sequential(nn.Flatten(), nn.ReLU(inplace=True))
        >>> features = collect_features(net, torch.tensor([[[[-1.0, 2.0]]]]), ['*'])
        >>> features['0'], features['1']
        (tensor([[-1.,  2.]]), tensor([[0., 2.]]))
    """
    layers = find_layers(net, patterns)
    collected: dict[str, Tensor] = {}
    for number, image in enumerate(images):
        with (
            torch.no_grad(),
            seeded(None if seed is None else seed + number, images.device),
            _recording(net, layers) as records,
        ):
            net(image[None])
        if number == 0:
            _check_called(net, patterns, list(records))
        elif list(records) != list(collected):
            raise ValueError(
                f'{type(net).__name__} called other layers for image {number} than for those '
                'before: a compiled network cannot be looked into'
            )
        features = {layer: torch.cat(pieces) for layer, pieces in records.items()}
        for layer, values in features.items():
            if number == 0:
                collected[layer] = values.new_empty(len(images), len(values))
            collected[layer][number] = values
        progress()
    return collected


def deepest_layer(net: nn.Module, image: Tensor) -> str:
    """Return the layer, for :func:`collect_features`, that is the input of the last convolution.

    The last convolution is the ``nn.Conv2d`` that is called last for ``image`` (1, C, H, W).

    Raises:
        ValueError: no convolution is called.

    Examples:
        >>> net = nn.Sequential(nn.Conv2d(3, 8, 1), nn.ReLU(), nn.Conv2d(8, 3, 1))
        >>> deepest_layer(net, torch.rand(1, 3, 4, 4))
        '2:input'
    """
    convolutions = [name for name, module in net.named_modules() if isinstance(module, nn.Conv2d)]
    with torch.no_grad(), _recording(net, convolutions, values=False) as records:
        net(image)
    if not records:
        raise ValueError(f'{type(net).__name__} calls no convolution: name a layer')
    return f'{list(records)[-1]}{INPUT}'


def _split(patterns: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the patterns of outputs, and those of inputs without their ending."""
    patterns = list(patterns)
    inputs = [pattern for pattern in patterns if pattern.endswith(INPUT)]
    outputs = [pattern for pattern in patterns if not pattern.endswith(INPUT)]
    return outputs, [pattern.removesuffix(INPUT) for pattern in inputs]


def _check_called(net: nn.Module, patterns: Sequence[str], called: Sequence[str]) -> None:
    for pattern in patterns:
        fitting = find_layers(net, [pattern])
        if not set(fitting) & set(called):
            raise ValueError(
                f'the layers of {type(net).__name__} that fit {pattern!r} were not called or '
                f'returned no tensor: {", ".join(fitting)}. Lists of layers are never called, and '
                'some networks use the weights of a layer without calling it: choose the layers '
                'inside or around it'
            )


@contextmanager
def _recording(
    net: nn.Module, layers: Sequence[str], *, values: bool = True
) -> Iterator[dict[str, list[Tensor]]]:
    """Record flat copies of what layers return, or only that they do, by layer and in order."""
    records: dict[str, list[Tensor]] = {}

    def record(layer: str, value: Any) -> None:
        tensor = _first_tensor(value)
        if tensor is not None:
            pieces = records.pop(layer, [])  # a layer that is called again goes to the end
            if values:
                pieces.append(
                    tensor.detach().clone(memory_format=torch.contiguous_format).flatten()
                )
            records[layer] = pieces

    handles = []
    try:
        for layer in layers:
            module = net.get_submodule(layer.removesuffix(INPUT))
            if layer.endswith(INPUT):
                hook = lambda _, given, named, layer=layer: record(layer, (given, named))  # noqa: E731
                handles.append(module.register_forward_pre_hook(hook, with_kwargs=True))
            else:
                hook = lambda _, given, returned, layer=layer: record(layer, returned)  # noqa: E731
                handles.append(module.register_forward_hook(hook))
        yield records
    finally:
        for handle in handles:
            handle.remove()


def _first_tensor(value: Any) -> Tensor | None:
    if isinstance(value, Tensor):
        return value if value.is_floating_point() else None
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return next((t for t in map(_first_tensor, value) if t is not None), None)
    return None
