"""Crops of the worst, the median and the best test image of trainings."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mmrestore.apis.reporting.run import FinishedRun
from mmrestore.apis.reporting.samples import InputAndTarget, read_restored, read_test_images
from mmrestore.reports.comparison import Comparison
from mmrestore.reports.crops import choose_images, most_different, with_size_of

MOST_DATASETS = 4  # with pictures on a page


class Chosen(NamedTuple):
    """A test image that is shown, and what is said of it."""

    dataset: str
    image: str
    caption: str


def run_pictures(run: FinishedRun) -> dict[str, list[Comparison]]:
    """Return crops of input and result by data set, where the result is farthest from the target.

    Without a target, they are where the result is farthest from the input.
    """
    values = {key: np.array(list(each.values())) for key, each in run.values.items()}
    chosen = _chosen(run, values, lambda value: f'{value:.3f}')
    samples = read_test_images(run.config, {(each.dataset, each.image) for each in chosen})
    found: dict[str, list[Comparison]] = {}
    for each in chosen:
        sample = samples.get((each.dataset, each.image))
        restored = read_restored(run.images, each.dataset, each.image)
        if sample is None or restored is None:
            continue
        given = with_size_of(sample.given, restored)
        place = most_different(restored, given if sample.target is None else sample.target)
        found.setdefault(each.dataset, []).append(
            Comparison(
                each.caption,
                ('input', given[place]),
                (run.name, restored[place]),
                _beside(sample, place),
            )
        )
    return found


def pictures_of_two(first: FinishedRun, other: FinishedRun) -> dict[str, list[Comparison]]:
    """Return crops of two runs by data set, where their results differ most.

    Images are ordered by the difference of the first metric, that of ``other`` minus ``first``.
    """
    values = {
        key: np.array([each[image] - first.values[key][image] for image in each])
        for key, each in other.values.items()
        if list(first.values.get(key, {})) == list(each)
    }
    chosen = _chosen(other, values, lambda value: f'{value:+.3f}')
    samples = read_test_images(first.config, {(each.dataset, each.image) for each in chosen})
    found: dict[str, list[Comparison]] = {}
    for each in chosen:
        sample = samples.get((each.dataset, each.image))
        one, two = (read_restored(run.images, each.dataset, each.image) for run in (first, other))
        if sample is None or one is None or two is None or one.shape != two.shape:
            continue
        place = most_different(one, two)
        beside = {'input': with_size_of(sample.given, one)[place], **_beside(sample, place)}
        found.setdefault(each.dataset, []).append(
            Comparison(each.caption, (first.name, one[place]), (other.name, two[place]), beside)
        )
    return found


def _beside(sample: InputAndTarget, place: tuple[slice, slice]) -> dict[str, np.ndarray]:
    return {} if sample.target is None else {'ground truth': sample.target[place]}


def _chosen(
    run: FinishedRun, values: dict[tuple[str, str], np.ndarray], words: Callable[[float], str]
) -> list[Chosen]:
    """Return the worst, the median and the best image of each data set by its first metric."""
    found: list[Chosen] = []
    for dataset in list(dict.fromkeys(dataset for dataset, _ in values))[:MOST_DATASETS]:
        metric = next(
            (
                about
                for about in run.summary.get('metrics', [])
                if about.get('of') != 'input' and (dataset, about['name']) in values
            ),
            None,
        )
        if metric is None:
            continue
        measured = values[dataset, metric['name']]
        names = list(run.values[dataset, metric['name']])
        sign = 1 if metric.get('higher_is_better', True) else -1
        places: dict[int, list[str]] = {}
        for kind, place in choose_images(sign * measured).items():
            places.setdefault(place, []).append(kind)
        found += [
            Chosen(
                dataset,
                names[place],
                f'{" and ".join(kinds)}: {names[place]}, {metric["name"]} {words(measured[place])}',
            )
            for place, kinds in places.items()
        ]
    return found
