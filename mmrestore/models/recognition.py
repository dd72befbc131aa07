"""Recognize which network a weight file is for, by the names of its tensors."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from inspect import signature
from typing import Any

import torch

from mmrestore.models.state_dicts import Weights, average_rank, state_dicts, unwrap_names
from mmrestore.registry import MODELS

NETWORKS = ('mmrestore.models.backbones.', 'mmrestore.models.discriminators')
SAME_NETWORK = 0.5  # share of the names, numbers aside, that two networks have in common
# What stands before the names of a network that was saved as a part of something else.
PARTS = (
    *('generator', 'net', 'netG', 'net_g', 'network', 'model', 'backbone', 'bsn', 'model_g'),
    *('ema', 'ema_model', 'denoiser', 'net.dn.branches.0'),
)


def likely_weights(content: Any) -> Iterator[Weights]:
    """Yield what the weights of an unknown network may be, the most likely first.

    Averaged weights come first, then the largest state dict; of each first what stands under a
    usual name such as ``generator.``, then all of it.
    """
    found = [
        (average_rank(content, place), -sum(value.numel() for value in weights.values()), weights)
        for place, weights in state_dicts(content)
    ]
    for *_, tensors in sorted(found, key=lambda each: each[:2]):
        yield from reversed(list(_parts(unwrap_names(tensors))))


def _parts(weights: Weights) -> Iterator[Weights]:
    yield weights
    for name in PARTS:
        start = f'{name}.'
        part = {k.removeprefix(start): v for k, v in weights.items() if k.startswith(start)}
        if part and not any(k[0].isdigit() for k in part):  # `model.0` is a name of its own
            yield from _parts(part)


def recognise(weights: Iterable[str]) -> list[str]:
    """Return the networks whose parameters have such names, whatever their number; often none.

    Examples:
        >>> from mmrestore.models.backbones import SwinIR
        >>> recognise(SwinIR(embed_channels=12, depths=[2], num_heads=[2]).state_dict())
        ['SwinIR']
        >>> recognise(['weight', 'bias'])
        []
    """
    found = _patterns(weights)
    likeness: dict[str, float] = {}
    for name, network in MODELS.module_dict.items():
        if network.__module__.startswith(NETWORKS) and not _wraps_another(network):
            with torch.device('meta'):
                names = _patterns(network().state_dict())
            likeness[name] = len(names & found) / len(names | found)
    best = max(likeness.values(), default=0)
    nearest = [name for name, value in likeness.items() if value == best > SAME_NETWORK]
    # A network that another derives from may have the same names in another configuration.
    classes = [MODELS.module_dict[name] for name in nearest]
    families = {base.__name__ for network in classes for base in network.__mro__}
    return sorted(families & set(likeness))


def _wraps_another(network: type) -> bool:
    return 'backbone' in signature(network).parameters


def _patterns(names: Iterable[str]) -> set[str]:
    return {re.sub(r'\d+', '#', name) for name in names}


def is_own(content: Any) -> bool:
    """Whether a file is a checkpoint of this package.

    Examples:
        >>> is_own({'meta': {'versions': {'mmrestore': '0.1'}}}), is_own({'params': {}})
        (True, False)
    """
    meta = content.get('meta') if isinstance(content, Mapping) else None
    return isinstance(meta, Mapping) and 'mmrestore' in (meta.get('versions') or ())


def recorded_config(content: Any) -> str:
    """Return where the config of a checkpoint is to be found, for the end of a message.

    Examples:
        >>> recorded_config({'params': {}})
        ': `mmrestore configs WORD` lists those of a network'
    """
    if not is_own(content):
        return ': `mmrestore configs WORD` lists those of a network'
    assigned = {
        node.targets[0].id: node.value
        for node in ast.parse(content['meta'].get('cfg', '')).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    model = assigned.get('model')
    if isinstance(model, ast.Dict):
        for key, value in zip(model.keys, model.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == 'backbone':
                return f': it records backbone={ast.unparse(value)}'
    return ''
