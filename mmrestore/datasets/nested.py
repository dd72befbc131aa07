"""Traversal of nested data sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from torch.utils.data import Dataset

# Attributes that hold nested data sets in this package, MMEngine and PyTorch.
PLACES = ('datasets', 'dataset', 'degraded', 'clean', 'images')


def nested_datasets(dataset: Any) -> Iterator[Any]:
    """Yield a data set and all nested data sets, each once.

    Examples:
        >>> from mmrestore.datasets import ConcatDataset
        >>> import torch
        >>> from torch.utils.data import TensorDataset
        >>> both = ConcatDataset({name: TensorDataset(torch.ones(2)) for name in 'ab'})
        >>> [type(each).__name__ for each in nested_datasets(both)]
        ['ConcatDataset', 'TensorDataset', 'TensorDataset']
    """
    seen: dict[int, Any] = {}
    waiting = [dataset]
    while waiting:
        found = waiting.pop(0)
        if id(found) in seen:
            continue
        seen[id(found)] = found
        yield found
        for place in PLACES:  # other attributes, such as those of plugins, are not found
            parts = getattr(found, place, None)
            if isinstance(parts, Mapping):
                parts = list(parts.values())
            waiting.extend(
                part
                for part in (parts if isinstance(parts, (list, tuple)) else [parts])
                # A data set of MMEngine, or one that derives from no base class.
                if isinstance(part, Dataset) or hasattr(part, 'metainfo')
            )
