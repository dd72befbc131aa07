"""Weights in files: released ones in all their wrappings, and those of our checkpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from inspect import signature
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mmrestore.models.backbones.base import facts
from mmrestore.registry import MODELS

WRAPPERS = ('params_ema', 'params', 'state_dict', 'model_state_dict', 'model_weight', 'denoiser')
# What stands before the names of a network that was saved as a part of something else.
PREFIXES = ('module.', 'generator.', 'net.dn.branches.0.', 'bsn.', 'model_g.', 'model.')
BACKBONE = 'backbone.'
ATTACHMENTS = 'attachments.'
NETWORKS = ('mmrestore.models.backbones.', 'mmrestore.models.discriminators')
SAME_NETWORK = 0.5  # share of the names, numbers aside, that two networks have in common


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """Return the tensors of a ``.pth`` or ``.safetensors`` file by name; executes nothing from it.

    Released files wrap them in ``params_ema``, ``params``, ``state_dict`` and the like or not at
    all, and may hold the network as a part of something else, under a prefix such as ``module.`` of
    a parallel wrapper or ``generator.``; both are removed, and what is beside the part is left out.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, or holds more than tensors and plain data.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'there is no file of weights {path}')
    try:
        if path.suffix == '.safetensors':
            from safetensors.torch import load_file

            content = load_file(path)
        else:
            content = torch.load(path, map_location='cpu', weights_only=True)
    except Exception as error:  # both readers raise many types for a damaged file
        raise ValueError(
            f'{path} cannot be read as weights: it is damaged, or no file of weights, or holds '
            'more than tensors and plain data. Give a checkpoint of this package or released '
            'weights'
        ) from error
    return unwrap_weights(content)


def unwrap_weights(content: Mapping[str, Any]) -> dict[str, Tensor]:
    """Return the tensors by name, without the wrappings of :func:`read_weights`.

    Raises:
        ValueError: there is something else than tensors.

    Examples:
        >>> unwrap_weights({'params': {'module.a': torch.tensor(1)}})
        {'a': tensor(1)}
    """
    for wrapper in WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            return unwrap_weights(content[wrapper])
    if not isinstance(content, Mapping) or not all(isinstance(v, Tensor) for v in content.values()):
        raise ValueError(
            'expected tensors by name, bare or under one of '
            f'{", ".join(WRAPPERS)}, got {list(content)[:5] if content else content}'
        )
    weights = dict(content)
    for prefix in PREFIXES:
        part = {k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)}
        if part and not any(k[0].isdigit() for k in part):  # `model.0` is a name of its own
            weights = part
    return weights


def load_weights(restorer: nn.Module, path: str | Path) -> None:
    """Load a checkpoint of this package, or released weights of the backbone, into a restorer.

    What released files hold and our network does not need is left out: names with one of the parts
    ``ignored_keys`` of the backbone. What attachments have learned, such as a mask token, is loaded
    where the restorer has attachments that learn; without any in the file they begin anew.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the weights are of another network, or of other attachments that learn; the
            message lists the keys that differ.
    """
    weights = read_weights(path)
    own = _part(weights, BACKBONE)
    load_into(restorer.get_submodule('backbone'), own or weights, path)
    learned = _part(weights, ATTACHMENTS)
    # Any module with a backbone may be loaded, such as a bare teacher.
    attachments = getattr(restorer, 'attachments', None)
    if learned and attachments is not None and attachments.state_dict():
        differences = key_differences(attachments.state_dict(), learned)
        if differences:
            raise ValueError(
                f'{path} does not fit the attachments as configured. {differences}. Use the config '
                'with which it was trained'
            )
        attachments.load_state_dict(learned)


def load_into(network: nn.Module, weights: Mapping[str, Tensor], source: str | Path) -> None:
    """Load ``weights`` into ``network``, every key and shape of which must fit.

    Raises:
        ValueError: they do not; the message lists the keys that differ, names ``source`` and, where
            the keys look like those of another network, that one.
    """
    ignored = set(facts(network).ignored_keys)
    weights = {k: v for k, v in weights.items() if not ignored & set(k.split('.'))}
    differences = key_differences(network.state_dict(), weights)
    if differences:
        name, known = type(network).__name__, recognise(weights)
        guess = (
            f' The keys are those of {" or ".join(known)}.' if known and name not in known else ''
        )
        raise ValueError(
            f'{source} does not fit {name} as configured. {differences}.{guess} Use the config '
            'with which it was trained'
        )
    network.load_state_dict(weights)


def copy_weights(
    restorer: nn.Module, path: str | Path, *, without: Sequence[str] = ()
) -> list[str]:
    """Copy the weights that the backbone of a restorer shares with another network.

    Args:
        restorer: its backbone gets them.
        path: checkpoint of this package, or released weights, of the other network.
        without: beginnings of names of weights that are left as they are.

    Returns:
        The names of the weights that were copied.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a weight that is not left out is missing or has another shape there; the message
            lists the keys.
    """
    weights = read_weights(path)
    weights = _part(weights, BACKBONE) or weights
    backbone = restorer.get_submodule('backbone')
    copied = {k: v for k, v in backbone.state_dict().items() if not k.startswith(tuple(without))}
    differences = key_differences(copied, {k: v for k, v in weights.items() if k in copied})
    if differences or not copied:
        raise ValueError(
            f'{type(backbone).__name__} cannot start from {path}. '
            f'{differences or "No weight is left to be copied"}. Give the checkpoint of a network '
            'with such weights, or name what shall be left as it is'
        )
    backbone.load_state_dict({k: weights[k] for k in copied}, strict=False)
    return list(copied)


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


def _part(weights: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)}


def _patterns(names: Iterable[str]) -> set[str]:
    return {re.sub(r'\d+', '#', name) for name in names}


def key_differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Describe how two state dicts differ; the empty string when they fit.

    Examples:
        >>> key_differences({'a': torch.zeros(2)}, {'a': torch.zeros(3), 'b': torch.zeros(1)})
        'unexpected: b; of another shape: a (3,) instead of (2,)'
    """
    shapes = [
        f'{k} {tuple(found[k].shape)} instead of {tuple(expected[k].shape)}'
        for k in expected
        if k in found and expected[k].shape != found[k].shape
    ]
    lists = {
        'missing': [k for k in expected if k not in found],
        'unexpected': [k for k in found if k not in expected],
        'of another shape': shapes,
    }
    return '; '.join(f'{what}: {_shorten(keys)}' for what, keys in lists.items() if keys)


def _shorten(keys: list[str], most: int = 6) -> str:
    rest = f' and {len(keys) - most} more' if len(keys) > most else ''
    return ', '.join(keys[:most]) + rest
