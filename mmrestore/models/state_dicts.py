"""Find the weights of a network in any saved file, by the network's own keys."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from torch import Tensor

# What data-parallel, compiled, sharded and checkpointed modules put between the parts of a name.
WRAPPING_MODULES = (*('module', '_orig_mod', '_fsdp_wrapped_module', '_checkpoint_wrapped_module'),)
# Tensors by name that are no weights: moments of optimizers, gradients, states of schedules.
NO_WEIGHTS = re.compile(r'optim|(^|_)opt(_|$)|sched|grad|momentum|exp_avg|scaler|loss')
CAMEL = re.compile(r'(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])')
AVERAGED = re.compile(r'(^|[^a-z])(ema|swa|averaged)([^a-z]|$)')
DEEPEST = 8  # nesting of a file, which is a bound for damaged ones

Place = tuple[str, ...]
Weights = dict[str, Tensor]


class FoundWeights(NamedTuple):
    """The weights of a network in a file.

    Attributes:
        weights: tensors by the names of the network; names that it does not have are among them
            where they stand beside its own.
        place: keys that lead to the state dict in the file.
        prefix: what stood before the names.
        wrappers: names of wrapping modules that stood in the names.
        beside: the whole state dict.
        others: further places with all weights of the network, and other values.
    """

    weights: Weights
    place: Place
    prefix: str
    beside: Weights
    wrappers: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """Where the weights were found, in words.

        Examples:
            >>> FoundWeights({}, ('params_ema',), 'module.', {}).where
            "under 'params_ema', without the prefix 'module.'"
        """
        place = [f'under {"/".join(self.place)!r}'] if self.place else []
        prefix = [f'without the prefix {self.prefix!r}'] if self.prefix else []
        wrappers = [f'without the wrappers {", ".join(self.wrappers)}'] if self.wrappers else []
        return ', '.join(place + wrappers + prefix)


def state_dicts(content: Any, place: Place = ()) -> Iterator[tuple[Place, Weights]]:
    """Yield every nested mapping of names to tensors; other entries are ignored.

    States of optimizers and gradients are left out too.

    Examples:
        >>> import torch
        >>> network, moments = {'a.bias': torch.ones(2)}, {'a.bias': torch.zeros(2)}
        >>> list(state_dicts({'epoch': 3, 'model': network, 'optimizer': moments}))
        [(('model',), {'a.bias': tensor([1., 1.])})]
    """
    if isinstance(content, (list, tuple)):
        content = dict(enumerate(content))
    if not isinstance(content, Mapping) or len(place) > DEEPEST or 'param_groups' in content:
        return
    tensors = {k: v for k, v in content.items() if isinstance(k, str) and isinstance(v, Tensor)}
    if tensors:
        yield place, tensors
    for key, value in content.items():
        if not isinstance(value, Tensor) and not NO_WEIGHTS.search(str(key).lower()):
            yield from state_dicts(value, (*place, str(key)))


def find_weights(
    content: Any,
    expected: Mapping[str, Tensor],
    *,
    ignored: Collection[str] = (),
    prefix: str | None = None,
) -> FoundWeights | None:
    """Find the weights of a network: the state dict and the prefix with most of its keys.

    A key counts by its name, and once more by its shape. Of several that count equally, averaged
    weights (``params_ema``, ``ema``) come first; then the one with the fewest other keys; then the
    first one.

    Args:
        content: what was read from a file: tensors by name, however nested, beside anything.
        expected: the state dict of the network.
        ignored: parts of names that the network does not need.
        prefix: what must stand before the names; anything by default.

    Returns:
        None if no key of the network occurs.

    Examples:
        >>> import torch
        >>> network = {'conv.bias': torch.zeros(2)}
        >>> file = {'epoch': 1, 'state_dict': {'_orig_mod.netG.conv.bias': torch.ones(2)}}
        >>> find_weights(file, network).where
        "under 'state_dict', without the wrappers _orig_mod, without the prefix 'netG.'"
    """
    found: list[tuple[int, tuple[int, int], FoundWeights]] = []
    for place, tensors in state_dicts(content):
        names = unwrap_names(tensors, expected)
        for start, count in _count(names, expected).items():
            if prefix is None or start == prefix:
                part = {k.removeprefix(start): v for k, v in names.items() if k.startswith(start)}
                part = {k: v for k, v in part.items() if not set(k.split('.')) & set(ignored)}
                rank = (average_rank(content, place, start), len(part.keys() - expected.keys()))
                wrappers = _wrappers(tensors) - _wrappers(names)
                each = FoundWeights(part, place, start, names, tuple(sorted(wrappers)))
                found.append((-count, rank, each))
    if not found:
        return None
    found.sort(key=lambda each: each[:2])  # stable: the first in the file comes first
    best, (average, _), chosen = found[0]
    equals = [f for count, rank, f in found[1:] if (count, rank[0]) == (best, average)]
    others = [f.where for f in equals if not _same(f.weights, chosen.weights, expected)]
    return chosen._replace(others=tuple(others))


def unwrap_names(tensors: Weights, expected: Collection[str] = ()) -> Weights:
    """Return tensors without the names of wrapping modules, unless the network has such names.

    Examples:
        >>> import torch
        >>> list(unwrap_names({'_orig_mod.a.module.b': torch.ones(1)}))
        ['a.b']
    """
    own = {part for name in expected for part in name.split('.')}
    dropped = set(WRAPPING_MODULES) - own
    renamed = {
        '.'.join(part for part in name.split('.') if part not in dropped): value
        for name, value in tensors.items()
    }
    return renamed if len(renamed) == len(tensors) else tensors


def average_rank(content: Any, place: Sequence[str], prefix: str = '') -> int:
    """Return the order in which weights are preferred: 0 averaged ones, 1 others, 2 trained ones.

    Args:
        content: what was read from a file.
        place: keys that lead to a state dict.
        prefix: what stands before its names.

    Examples:
        >>> [average_rank({}, [place]) for place in ('params_ema', 'params', 'netGEma', 'gema')]
        [0, 1, 0, 1]
    """
    if 'ema_state_dict' in place and 'meta' in content:
        return 2  # MMEngine saves the average as `state_dict` and calls what was trained so
    text = CAMEL.sub('_', '.'.join([*place, prefix])).lower()
    return 0 if AVERAGED.search(text) else 1


def _count(names: Weights, expected: Mapping[str, Tensor]) -> dict[str, int]:
    """Return how many keys of a network stand after each prefix, by name and again by shape."""
    counts: dict[str, int] = {}
    for name, value in names.items():
        for start in [0, *(dot.end() for dot in re.finditer(r'\.', name))]:
            if (key := name[start:]) in expected:
                fits = expected[key].shape == value.shape
                counts[name[:start]] = counts.get(name[:start], 0) + 1 + fits
    return counts


def _wrappers(names: Collection[str]) -> set[str]:
    return {part for name in names for part in name.split('.')} & set(WRAPPING_MODULES)


def _same(one: Weights, other: Weights, expected: Mapping[str, Tensor]) -> bool:
    return all(key in one and key in other and one[key].equal(other[key]) for key in expected)
