"""Cost of a training patch from image files, the disk cache and memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from torch.utils.data import DataLoader

from mmrestore.datasets import ImageFolder, SampleKey, collate
from mmrestore.datasets.collate import init_worker
from mmrestore.datasets.folder_search import find_images

CACHES: Mapping[str, Any] = {'files': False, "cache='disk'": 'disk', 'cache=True': True}
WANTED = 2000  # patches a second, for one column of the report
FEW = 8  # of the patches, where each costs the decoding of an image


class PatchCost(NamedTuple):
    """CPU seconds of one patch, medians of rounds.

    Attributes:
        drawn: drawing it, stacked into a batch, in one process.
        delivered: drawing it in a data worker, which sends its batch to the main process; of both.
    """

    drawn: float
    delivered: float


def measure_loading(
    root: str | Path,
    *,
    patch: int = 64,
    batch: int = 16,
    images: int = 32,
    batches: int = 32,
    rounds: int = 5,
    cache_dir: str | Path | None = None,
) -> dict[str, PatchCost]:
    """Measure what a random patch of a folder costs, with each kind of cache in turn.

    Args:
        root: folder of images.
        patch: side of the patches.
        batch: patches in a batch.
        images: how many images are used, the first ones; with ``cache=True`` they are in memory.
        batches: batches of a round; of files an eighth.
        rounds: how often everything is measured.
        cache_dir: folder of the decoded images, see ``ImageFolder``.

    Raises:
        ValueError: a number is not positive, or as of ``ImageFolder``.
    """
    if min(images, batch, batches, rounds) < 1:
        raise ValueError('images, batch, batches and rounds must be at least 1')
    settings: dict[str, Any] = {
        'files': find_images(root)[:images],
        'pipeline': [
            {'type': 'LoadImage'},
            {'type': 'RandomCrop', 'size': patch},
            {'type': 'RandomDihedral'},
            {'type': 'PackInputs'},
        ],
        'cache_dir': cache_dir,
    }
    datasets = {name: ImageFolder(root, cache=cache, **settings) for name, cache in CACHES.items()}
    seconds: dict[str, list[PatchCost]] = {name: [] for name in datasets}
    for number in range(rounds):
        for name, dataset in datasets.items():
            count = batches if name != 'files' else -(-batches // FEW)
            keys = _keys(number, count, batch, len(dataset))
            costs = (_draw(dataset, keys), _deliver(dataset, keys))
            seconds[name].append(PatchCost(*(cost / (count * batch) for cost in costs)))
    return {
        name: PatchCost(*(median(values) for values in zip(*costs, strict=True)))
        for name, costs in seconds.items()
    }


def loading_table(costs: Mapping[str, PatchCost]) -> list[list[str]]:
    """Return the rows of a report, the first of which is the head; ratios are to the files.

    Examples:
        >>> costs = {'files': PatchCost(0.08, 0.1), 'cache=True': PatchCost(0.0001, 0.0002)}
        >>> for row in loading_table(costs)[1:]:
        ...     print(' | '.join(row))
        files | 80.000 | 12 | 1 | 100.000 | 10 | 200.0
        cache=True | 0.100 | 10000 | 800 | 0.200 | 5000 | 0.4
    """
    head = ['', 'drawn, ms', 'patches / s, one core', 'files / this', 'delivered, ms']
    head += ['patches / s, one core', f'cores for {WANTED} patches / s']
    first = next(iter(costs.values()))
    return [head] + [
        [
            *(name, f'{1e3 * cost.drawn:.3f}', f'{1 / cost.drawn:.0f}'),
            *(f'{first.drawn / cost.drawn:.0f}', f'{1e3 * cost.delivered:.3f}'),
            *(f'{1 / cost.delivered:.0f}', f'{WANTED * cost.delivered:.1f}'),
        ]
        for name, cost in costs.items()
    ]


def _keys(number: int, count: int, batch: int, images: int) -> list[list[SampleKey]]:
    """Return the keys of batches of random images."""
    drawn = np.random.default_rng(number).integers(images, size=(count, batch))
    return [[SampleKey(number, i, int(index)) for index in row] for i, row in enumerate(drawn)]


def _draw(dataset: ImageFolder, keys: Sequence[Sequence[SampleKey]]) -> float:
    start = time.process_time()
    for batch in keys:
        collate([dataset[key] for key in batch])
    return time.process_time() - start


def _deliver(dataset: ImageFolder, keys: Sequence[Sequence[SampleKey]]) -> float:
    """Return the CPU seconds of a data worker and of this process, which takes its batches."""
    start = _cpu_seconds()
    loader: DataLoader = DataLoader(
        dataset,
        batch_sampler=keys,  # type: ignore[arg-type]
        num_workers=1,
        collate_fn=collate,
        worker_init_fn=init_worker,
    )
    for _ in loader:
        pass
    del loader  # its worker has ended, and its time is known
    return _cpu_seconds() - start


def _cpu_seconds() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
