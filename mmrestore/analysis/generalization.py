"""Results on unseen noise: tables and a figure over a grid of noises and levels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mmrestore.analysis.grid_results import NOISY, Row
from mmrestore.files import write_atomically, write_text

PANELS_IN_A_ROW = 3
MOST_TICKS = 6  # levels that are written below a panel; of more only some are


def markdown(rows: Sequence[Row]) -> str:
    """Return a table for each test set and metric: a line for each level, a column for each model.

    Examples:
        >>> row = Row('plain', 'a', 'speckle', 'variance', 0.02, 1, {'PSNR': 25.5}, '', '', '')
        >>> print(markdown([row]))
        ## a, PSNR (1 image)
        <BLANKLINE>
        | noise | level | plain |
        | --- | ---: | ---: |
        | speckle | 0.02 | 25.50 |
        <BLANKLINE>
    """
    models = _models(rows)
    tables = []
    for test_set in dict.fromkeys(row.test_set for row in rows):
        of_set = [row for row in rows if row.test_set == test_set]
        images = of_set[0].images
        for metric in of_set[0].values:
            values = {(row.noise, row.level, row.model): row.values[metric] for row in of_set}
            decimals = 2 if max(map(abs, values.values())) >= 2 else 4
            lines = [
                f'## {test_set}, {metric} ({images} image{"s" if images > 1 else ""})\n',
                f'| noise | level | {" | ".join(models)} |',
                f'| --- | ---: |{" ---: |" * len(models)}',
            ]
            for noise, level in _levels(of_set):
                found = (values.get((noise, level, model)) for model in models)
                cells = ['' if value is None else f'{value:.{decimals}f}' for value in found]
                shown = '' if level is None else f'{level:g}'
                lines.append(f'| {noise.replace("_", " ")} | {shown} | {" | ".join(cells)} |')
            tables.append('\n'.join(lines) + '\n')
    return '\n'.join(tables)


def draw(rows: Sequence[Row], test_set: str, metric: str) -> Figure:
    """Draw a metric against the level: a panel for each noise, a curve for each model.

    The noises at one level only share the last panel. Figure 11 of "Masked Image Training for
    Generalizable Deep Image Denoising" (CVPR 2023) shows four noises on Kodak24 so.

    Args:
        rows: results, of other test sets too.
        test_set: which of them is drawn.
        metric: what is drawn.

    Raises:
        ValueError: there is nothing of this test set or of this metric.
    """
    shown = [row for row in rows if row.test_set == test_set and metric in row.values]
    if not shown:
        raise ValueError(f'there is no {metric} of {test_set} to draw')
    levels = _levels(shown)
    noises = list(dict.fromkeys(noise for noise, _ in levels))
    several = [noise for noise in noises if sum(n == noise for n, _ in levels) > 1]
    single = [(noise, level) for noise, level in levels if noise not in several]
    count = len(several) + bool(single)
    columns = min(count, PANELS_IN_A_ROW)
    lines = -(-count // columns)
    # Without pyplot, which would choose a window system and keep every figure.
    figure = Figure(figsize=(4 * columns, 3.2 * lines + 0.4), layout='constrained')
    panels = [figure.add_subplot(lines, columns, place + 1) for place in range(count)]
    styles = _styles(_models(rows))
    for panel, noise in zip(panels, several, strict=False):
        _draw_noise(panel, [row for row in shown if row.noise == noise], metric, styles)
    if single:
        _draw_single(panels[-1], shown, single, metric, styles)
    for place, panel in enumerate(panels):
        panel.grid(alpha=0.3)
        if place % columns == 0:
            panel.set_ylabel(f'{metric} on {test_set}')
    # Of the first panel with a model, for the last has no lines.
    curves = {curve.get_label(): curve for panel in panels[::-1] for curve in panel.lines}
    found = [curves[model] for model in styles if model in curves]
    figure.legend(handles=found, loc='outside upper center', ncols=min(len(found), 6))
    return figure


def report(
    rows: Sequence[Row],
    *,
    models: Sequence[Sequence[str]],
    protocols: Mapping[str, str],
    limit: int | None = None,
    crop: int | None = None,
) -> str:
    """Return the page: what was measured, and the tables.

    Args:
        rows: results.
        models: name, config and checkpoint of those that were measured now.
        protocols: what each metric measures, by its name.
        limit: number of images of each test set; None for all.
        crop: side of the middle part of images that was measured; None for whole images.
    """
    images = f'the first {limit}' if limit else 'all'
    known = {NOISY, *(name for name, *_ in models)}
    part = f', of each the {crop} x {crop} pixels in the middle' if crop else ''
    return '\n'.join(
        [
            '# Noises that were not seen in training\n',
            *(f'- {name}: `{config}`, `{weights}`' for name, config, weights in models),
            *(
                f'- {name}: measured by an earlier command'
                for name in dict.fromkeys(row.model for row in rows)
                if name not in known
            ),
            *(f'- {name}: {protocol}' for name, protocol in protocols.items()),
            f'- images: {images} of each test set{part}\n',
            markdown(rows),
        ]
    )


def write_report(
    folder: str | Path,
    rows: Sequence[Row],
    *,
    models: Sequence[Sequence[str]],
    protocols: Mapping[str, str],
    limit: int | None = None,
    crop: int | None = None,
) -> None:
    """Write ``results.md`` and a figure for each test set and metric; see :func:`report`."""
    text = report(rows, models=models, protocols=protocols, limit=limit, crop=crop)
    write_text(Path(folder, 'results.md'), text)
    for test_set in dict.fromkeys(row.test_set for row in rows):
        for metric in protocols:
            figure = draw(rows, test_set, metric)
            file = Path(folder, f'{test_set}_{metric}.png')
            write_atomically(file, partial(figure.savefig, dpi=150))


def _draw_noise(panel: Axes, rows: Sequence[Row], metric: str, styles: Mapping[str, dict]) -> None:
    for model, style in styles.items():
        points = sorted((row.level, row.values[metric]) for row in rows if row.model == model)
        if points:
            panel.plot(*zip(*points, strict=True), label=model, **style)
    levels = sorted({row.level for row in rows if row.level is not None})
    if len(levels) <= MOST_TICKS:
        panel.set_xticks(levels, [f'{level:g}' for level in levels])
    panel.set(title=rows[0].noise.replace('_', ' '), xlabel=rows[0].parameter)


def _draw_single(
    panel: Axes,
    rows: Sequence[Row],
    levels: Sequence[tuple[str, float | None]],
    metric: str,
    styles: Mapping[str, dict],
) -> None:
    for model, style in styles.items():
        values = {(r.noise, r.level): r.values[metric] for r in rows if r.model == model}
        places = [place for place, key in enumerate(levels) if key in values]
        heights = [values[levels[place]] for place in places]
        if places:
            panel.plot(places, heights, label=model, **{**style, 'linestyle': ''})
    names = [f'{noise}\n{"" if level is None else f"{level:g}"}' for noise, level in levels]
    panel.set_xticks(range(len(levels)), [name.replace('_', ' ') for name in names])
    panel.set(title='at one level', xlim=(-0.5, len(levels) - 0.5))


def _styles(models: Sequence[str]) -> dict[str, dict]:
    """Return the plot style of each model; the noisy input has no color."""
    colours = [model for model in models if model != NOISY]
    return {
        model: dict(color='0.5', linestyle='--', marker='.')
        if model == NOISY
        else dict(color=f'C{colours.index(model) % 10}', marker='o', markersize=4)
        for model in models
    }


def _models(rows: Iterable[Row]) -> list[str]:
    """Return the models in the order of the rows, the noisy input first."""
    return sorted(dict.fromkeys(row.model for row in rows), key=lambda model: model != NOISY)


def _levels(rows: Iterable[Row]) -> list[tuple[str, float | None]]:
    """Return noises in the order of the rows, of each the levels in ascending order."""
    found = dict.fromkeys((row.noise, row.level) for row in rows)
    noises = list(dict.fromkeys(noise for noise, _ in found))
    return sorted(found, key=lambda key: (noises.index(key[0]), key[1] or 0))
