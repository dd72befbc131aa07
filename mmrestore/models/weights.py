"""Weights in files: released ones in all their wrappings, and those of our checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

WRAPPERS = ('params_ema', 'params', 'state_dict')
BACKBONE = 'backbone.'


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """Return the tensors of a ``.pth`` or ``.safetensors`` file by name; executes nothing from it.

    Released files wrap them in ``params_ema``, ``params`` or ``state_dict`` or not at all, and may
    carry the prefix ``module.`` of a parallel wrapper; both are removed.

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
            f'{path} cannot be read as weights: it is damaged, or holds more than tensors and '
            f'plain data ({str(error).splitlines()[0]})'
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
            content = content[wrapper]
            break
    if not isinstance(content, Mapping) or not all(isinstance(v, Tensor) for v in content.values()):
        raise ValueError(
            'expected tensors by name, bare or under one of '
            f'{", ".join(WRAPPERS)}, got {list(content)[:5] if content else content}'
        )
    return {key.removeprefix('module.'): value for key, value in content.items()}


def load_weights(restorer: nn.Module, path: str | Path) -> None:
    """Load a checkpoint of this package, or released weights of the backbone, into a restorer.

    Buffers that the released code stores and our network derives itself (``derived_keys`` of the
    backbone) are left out.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the weights are of another network; the message lists the keys that differ.
    """
    weights = read_weights(path)
    own = {k.removeprefix(BACKBONE): v for k, v in weights.items() if k.startswith(BACKBONE)}
    backbone = restorer.get_submodule('backbone')
    load_into(backbone, own or weights, path)


def load_into(network: nn.Module, weights: Mapping[str, Tensor], source: str | Path) -> None:
    """Load ``weights`` into ``network``, every key and shape of which must fit.

    Raises:
        ValueError: they do not; the message lists the keys that differ and names ``source``.
    """
    derived = getattr(network, 'derived_keys', ())
    weights = {k: v for k, v in weights.items() if k.rsplit('.', 1)[-1] not in derived}
    differences = key_differences(network.state_dict(), weights)
    if differences:
        raise ValueError(
            f'{source} does not fit {type(network).__name__} as configured. {differences}. Use the '
            'config with which it was trained'
        )
    network.load_state_dict(weights)


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
