"""Concatenation of named data sets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from torch.utils.data import Dataset

from mmrestore.datasets.sample_key import SampleKey
from mmrestore.registry import DATASETS


def dataset_names(dataset: Any) -> list[str] | None:
    """Return the names under which images of a data set are evaluated, or None if unknown.

    Examples:
        >>> dataset_names(ConcatDataset({'a': ['a0', 'a1'], 'b': ['b0']})), dataset_names(['a0'])
        (['a', 'b'], None)
    """
    facts = getattr(dataset, 'metainfo', None)  # data sets of other packages may have none
    if not isinstance(facts, Mapping) or 'name' not in facts:
        return None
    return list(facts.get('names', [facts['name']]))


@DATASETS.register_module()
class ConcatDataset(Dataset):
    """Concatenation of several data sets.

    Each data set gets sample keys with indices relative to its own first sample, so that the random
    draws of an image do not depend on preceding data sets.

    Args:
        datasets: data sets or their configs by name; a config without ``name`` is named by its key.
            None removes an inherited data set.
        pipeline: pipeline for all configs without their own.

    Raises:
        ValueError: no data set is left.

    Examples:
        >>> both = ConcatDataset({'a': ['a0', 'a1'], 'b': ['b0']})
        >>> len(both), both[2], both.metainfo['names']
        (3, 'b0', ['a', 'b'])
    """

    def __init__(
        self,
        datasets: Mapping[str, Any],
        *,
        pipeline: Sequence[Any] | Mapping[str, Any] | None = None,
    ) -> None:
        shared = {} if pipeline is None else {'pipeline': pipeline}
        self.datasets = {
            name: DATASETS.build({'name': name, **shared, **dataset})
            if isinstance(dataset, dict)
            else dataset
            for name, dataset in datasets.items()
            if dataset is not None
        }
        if not self.datasets:
            raise ValueError('ConcatDataset needs at least one data set')
        self._parts = list(self.datasets.values())
        self._ends = list(accumulate(len(part) for part in self._parts))

    @property
    def metainfo(self) -> dict[str, Any]:
        """Metadata of the data sets for MMEngine's metrics."""
        names = [dataset_names(part) or [name] for name, part in self.datasets.items()]
        return {'name': ', '.join(self.datasets), 'names': [n for each in names for n in each]}

    def __len__(self) -> int:
        return self._ends[-1]

    def __getitem__(self, key: SampleKey | int) -> Any:
        index = key.index if isinstance(key, SampleKey) else key
        if not 0 <= index < len(self):
            raise IndexError(f'index {index} is out of range for {len(self)} samples')
        part = bisect_right(self._ends, index)
        local = index - (self._ends[part - 1] if part else 0)
        return self._parts[part][key._replace(index=local) if isinstance(key, SampleKey) else local]
