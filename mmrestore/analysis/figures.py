"""Figures and tables of the analyses."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from mmrestore.analysis.distribution import Histogram
from mmrestore.files import write_atomically, write_text

MOST_NAMES = 16  # beyond that the layers on an axis are numbered


class HeatMap(NamedTuple):
    """Values in [0, 1] for pairs of layers.

    - ``values``: (rows, columns);
    - ``layers``: the names of the rows and of the columns;
    - ``axes``: what the rows and the columns are of.
    """

    values: Tensor
    layers: tuple[Sequence[str], Sequence[str]]
    axes: tuple[str, str]


class Line(NamedTuple):
    """A line of a panel; the style is Matplotlib's."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    color: str | None = None
    style: str = '-'


def draw_heat_maps(maps: Mapping[str, HeatMap]) -> Figure:
    """Draw a panel for each heat map under its title, the first layers at the bottom left."""
    figure = Figure(figsize=(1 + 4.2 * len(maps), 4.4), layout='constrained')
    panels = figure.subplots(1, len(maps), squeeze=False)[0]
    for panel, (title, (values, layers, axes)) in zip(panels, maps.items(), strict=True):
        image = panel.imshow(values.numpy(), origin='lower', vmin=0, vmax=1, cmap='magma')
        panel.set(title=title, xlabel=f'layer, {axes[1]}', ylabel=f'layer, {axes[0]}')
        for axis, names in ((panel.yaxis, layers[0]), (panel.xaxis, layers[1])):
            if len(names) <= MOST_NAMES:
                axis.set_ticks(range(len(names)), names, fontsize=6)
            else:
                places = range(0, len(names), -(-len(names) // 8))
                axis.set_ticks(places, [str(place + 1) for place in places])
        if len(layers[1]) <= MOST_NAMES:
            panel.tick_params(axis='x', rotation=90)
    figure.colorbar(image, ax=panels, label='CKA')
    return figure


def draw_bars(values: Mapping[str, Mapping[str, float]], *, label: str) -> Figure:
    """Draw a group of bars for each noise with one bar for each model.

    Args:
        values: by model and noise; the noises are those of the first model.
        label: of the vertical axis.
    """
    noises = list(next(iter(values.values())))
    figure = Figure(figsize=(1.5 + 1.3 * len(noises), 3.6), layout='constrained')
    panel = figure.subplots()
    width = 0.8 / len(values)
    for number, (model, by_noise) in enumerate(values.items()):
        places = np.arange(len(noises)) + (number - (len(values) - 1) / 2) * width
        bars = panel.bar(places, [by_noise[noise] for noise in noises], width, label=model)
        panel.bar_label(bars, fmt='%.2f', fontsize=7)
    panel.set_xticks(range(len(noises)), noises)
    panel.set_ylabel(label)
    panel.grid(axis='y', alpha=0.3)
    panel.set_axisbelow(True)
    panel.margins(y=0.15)
    panel.legend()
    return figure


def draw_histograms(histograms: Mapping[str, Mapping[str, Histogram]]) -> Figure:
    """Draw a panel for each model with one curve of counts for each noise."""
    figure = Figure(figsize=(4.8 * len(histograms), 3.6), layout='constrained')
    panels = figure.subplots(1, len(histograms), squeeze=False)[0]
    for panel, (model, by_noise) in zip(panels, histograms.items(), strict=True):
        for noise, (edges, counts, _) in by_noise.items():
            panel.stairs(counts.numpy(), edges.numpy(), label=noise, linewidth=1.3)
        panel.set(title=model, xlabel='feature value', ylabel='count')
        panel.grid(alpha=0.3)
        panel.legend()
    return figure


def draw_lines(panels: Mapping[str, Sequence[Line]], *, axes: tuple[str, str]) -> Figure:
    """Draw a panel of lines with points under each title.

    Args:
        panels: lines by title.
        axes: what the horizontal and the vertical axes are.
    """
    figure = Figure(figsize=(4.8 * len(panels), 3.6), layout='constrained')
    for panel, (title, lines) in zip(
        figure.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True
    ):
        for line in lines:
            panel.plot(
                line.x, line.y, line.style, color=line.color, label=line.label, marker='.', lw=1.3
            )
        panel.set(title=title, xlabel=axes[0], ylabel=axes[1])
        panel.grid(alpha=0.3)
        panel.legend()
    return figure


def write_results(
    path: str | Path, figure: Figure, head: Sequence[str], rows: Iterable[Sequence[Any]]
) -> list[Path]:
    """Write a figure as PNG and its numbers as CSV beside it, atomically; return both paths.

    Raises:
        ValueError: the name does not end in ``.png``.
        OSError: a file cannot be written.
    """
    path = check_png(path)
    text = io.StringIO()
    csv.writer(text, lineterminator='\n').writerows([head, *rows])
    table = path.with_suffix('.csv')
    write_text(table, text.getvalue())
    write_atomically(path, lambda file: figure.savefig(file, format='png', dpi=150))
    return [path, table]


def check_png(path: str | Path) -> Path:
    """Return the place of a figure.

    Raises:
        ValueError: the name does not end in ``.png``.

    Examples:
        >>> check_png('cka.png').name
        'cka.png'
    """
    if Path(path).suffix != '.png':
        raise ValueError(f'a figure is written as PNG: expected NAME.png, got {path}')
    return Path(path)
