"""Describe how two state dicts differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def key_differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Describe how two state dicts differ; the empty string when they fit.

    Examples:
        >>> import torch
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
