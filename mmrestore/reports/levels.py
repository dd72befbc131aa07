"""Figure of a metric against the level of a degradation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEVEL = re.compile(r'(?P<kind>.+)_(?P<level>\d+(?:\.\d+)?(?:e-?\d+)?)')
OF_INPUT = '_of_input'  # ends the names of metrics that measure the inputs, in all configs
COLUMNS = 3


class Place(NamedTuple):
    """A test set at a level, and what is measured there.

    - ``kind``: the test set and the degradation, such as ``kodak24/speckle``;
    - ``level``: of the degradation;
    - ``metric``: such as ``PSNR``.
    """

    kind: str
    level: float
    metric: str


def read_place(name: str) -> Place | None:
    """Return which level a figure is of; None if its test set names none.

    Examples:
        >>> read_place('kodak24/speckle_0.03/PSNR')
        Place(kind='kodak24/speckle', level=0.03, metric='PSNR')
        >>> read_place('kodak24/PSNR')
    """
    dataset, _, metric = name.rpartition('/')
    found = LEVEL.fullmatch(dataset)
    return found and Place(found['kind'], float(found['level']), metric)


def level_metrics(names: Iterable[str]) -> list[str]:
    """Return the metrics that are known at two levels or more of one degradation.

    Examples:
        >>> level_metrics(['a/noise_15/PSNR', 'a/noise_25/PSNR', 'a/noise_15/SSIM', 'b/PSNR'])
        ['PSNR']
    """
    places = [place for place in map(read_place, names) if place]
    kinds = [(place.kind, place.metric) for place in places]
    repeated = dict.fromkeys(metric for kind, metric in kinds if kinds.count((kind, metric)) > 1)
    return [metric for metric in repeated if not metric.endswith(OF_INPUT)]


def draw_levels(values: Mapping[str, Mapping[str, np.ndarray]], metric: str) -> Figure | None:
    """Draw a metric against the level, a panel for each test set and degradation.

    Lines are means over seeds, bands their range; a dashed line is the input, where a metric of
    that name with ``_of_input`` measures it.

    Args:
        values: means over images, (seeds,), by arm or run and by name, such as
            ``kodak24/speckle_0.03/PSNR``.
        metric: what is drawn.

    Returns:
        The figure; None where no degradation has two levels.
    """
    from matplotlib.figure import Figure  # only what draws takes the time to load it

    lines = {label: _by_kind(found, metric) for label, found in values.items()}
    inputs = _by_kind(next(iter(values.values()), {}), metric + OF_INPUT)
    counted = [
        kind for found in lines.values() for kind, points in found.items() if len(points) > 1
    ]
    kinds = list(dict.fromkeys(counted))
    if not kinds:
        return None
    columns = min(COLUMNS, len(kinds))
    rows = -(-len(kinds) // columns)
    figure = Figure(figsize=(3.6 * columns, 0.4 + 2.8 * rows), layout='constrained')
    panels = figure.subplots(rows, columns, squeeze=False).flatten()
    for unused in panels[len(kinds) :]:
        unused.remove()
    for panel, kind in zip(panels, kinds, strict=False):
        for number, (label, found) in enumerate(lines.items()):
            levels, points = _sorted(found.get(kind, {}))
            color = f'C{number}'
            panel.plot(levels, points.mean(1), f'{color}o-', markersize=3, label=label)
            panel.fill_between(
                levels, points.min(1), points.max(1), color=color, alpha=0.2, linewidth=0
            )
        if len(inputs.get(kind, {})) > 1:
            levels, points = _sorted(inputs[kind])
            panel.plot(levels, points.mean(1), 'k--', linewidth=0.8, label='input')
        panel.set(title=kind.replace('$', r'\$'), xlabel='level', ylabel=metric)
    figure.legend(*panels[0].get_legend_handles_labels(), loc='outside upper center', ncols=4)
    return figure


def _by_kind(values: Mapping[str, np.ndarray], metric: str) -> dict[str, dict[float, np.ndarray]]:
    """Return the values of one metric by degradation and level."""
    found: dict[str, dict[float, np.ndarray]] = {}
    for name, each in values.items():
        place = read_place(name)
        if place is not None and place.metric == metric:
            found.setdefault(place.kind, {})[place.level] = np.atleast_1d(each)
    return found


def _sorted(points: Mapping[float, np.ndarray]) -> tuple[list[float], np.ndarray]:
    levels = sorted(points)
    return levels, np.stack([points[level] for level in levels]) if levels else np.empty((0, 1))
