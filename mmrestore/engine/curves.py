"""Curves of losses and metrics of one or several runs."""

from __future__ import annotations

import fnmatch
import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mmrestore.files import printable
from mmrestore.registry import suggest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCALARS = '*/vis_data/scalars.json'
AXES = ('epoch', 'iteration')
# Keys that say where a line belongs rather than what was measured.
POSITION = ('step', 'iter', 'epoch')


class Curve(NamedTuple):
    """The logged values of one key, ordered by iteration, (points,) each."""

    iterations: np.ndarray
    values: np.ndarray


class Run(NamedTuple):
    """The curves of a run by key, and the iterations of an epoch where the run counts epochs."""

    curves: dict[str, Curve]
    iterations_per_epoch: int | None


def read_run(work_dir: str | Path) -> Run:
    """Read the scalars that MMEngine's ``LocalVisBackend`` wrote into a work directory.

    A resumed run has one file for each start. From the first iteration that a later one logged, it
    replaces the earlier ones.

    Raises:
        ValueError: the folder is missing or holds no scalars, or a file of them is damaged.
    """
    work_dir = Path(work_dir)
    starts = [_read_lines(file) for file in sorted(work_dir.glob(SCALARS))]
    if not any(starts):
        raise ValueError(_nothing_found(work_dir))
    per_epoch = _iterations_per_epoch(starts)
    merged: dict[tuple[bool, int], dict] = {}
    for lines in starts:
        first = min((line['iter'] for line in lines if 'iter' in line), default=np.inf)
        merged = {place: line for place, line in merged.items() if place[1] < first}
        done = 0
        for line in lines:
            done = line.get('iter', done)
            merged['iter' in line, _iteration(line, per_epoch, done)] = line
    return Run(_curves(merged), per_epoch)


def smooth(values: np.ndarray, window: int) -> np.ndarray:
    """Return the mean of each value and up to ``window // 2`` on each side, equally many of both.

    Raises:
        ValueError: the window is below 1.

    Examples:
        >>> smooth(np.array([2.0, 4.0, 9.0, 8.0]), 3).tolist()
        [2.0, 5.0, 7.0, 8.0]
    """
    if window < 1:
        raise ValueError(f'smoothing needs a window of at least 1 value, got {window}')
    sums = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    reach = np.minimum(window // 2, np.minimum(places, places[::-1]))
    return (sums[places + reach + 1] - sums[places - reach]) / (2 * reach + 1)


def matching_keys(runs: dict[str, Run], patterns: Sequence[str]) -> list[str]:
    """Return the keys that match patterns with wildcards, such as ``kodak24/*/PSNR``.

    The keys of a pattern are in the order of the log, each key once. A pattern without a match is
    returned as it is, for :func:`plot` to name what there is.

    Examples:
        >>> curves = dict.fromkeys(['loss', 'a/x_1/PSNR', 'a/x_2/PSNR'])
        >>> matching_keys({'one': Run(curves, None)}, ['*/PSNR', 'loss'])
        ['a/x_1/PSNR', 'a/x_2/PSNR', 'loss']
    """
    logged = dict.fromkeys(key for run in runs.values() for key in run.curves)
    found: dict[str, None] = {}
    for pattern in patterns:
        found.update(dict.fromkeys(fnmatch.filter(logged, pattern) or [pattern]))
    return list(found)


def plot(
    runs: dict[str, Run],
    keys: Sequence[str],
    *,
    axis: str = 'epoch',
    start: float = 0,
    window: int = 1,
    columns: int = 4,
) -> Figure:
    """Draw one panel for each key with one curve for each run.

    Args:
        runs: runs by label.
        keys: what is drawn.
        axis: ``epoch`` or ``iteration``.
        start: epoch or iteration at which the panels begin.
        window: values over which losses are smoothed; the unsmoothed curve stands behind.
        columns: panels in a row.

    Raises:
        ValueError: a run lacks a key, epochs are asked of one that does not count them, or the
            window or the number of columns is below 1.
    """
    from matplotlib.figure import Figure  # only what draws takes the time to load it

    if axis not in AXES:
        raise ValueError(f'axis must be one of {", ".join(AXES)}, got {axis!r}')
    if columns < 1:
        raise ValueError(f'expected at least 1 panel in a row, got columns={columns}')
    columns = min(columns, len(keys))
    rows = -(-len(keys) // columns)
    # Without pyplot, which would choose a window system and keep every figure.
    figure = Figure(figsize=(5 * columns, 3.6 * rows), layout='constrained')
    panels = figure.subplots(rows, columns, squeeze=False).flatten()
    for unused in panels[len(keys) :]:
        unused.remove()
    for panel, key in zip(panels, keys, strict=False):
        for number, (label, run) in enumerate(runs.items()):
            curve = _curve(run, label, key)
            x = _positions(run, label, curve, axis)
            color, values, shown = f'C{number}', curve.values, x >= start
            if 'loss' in key and window != 1:
                panel.plot(
                    x[shown], values[shown], color=color, alpha=0.25, linewidth=0.8, zorder=1
                )
                values = smooth(values, window)
            marker = 'o' if shown.sum() <= 30 else ''
            panel.plot(
                x[shown],
                values[shown],
                color=color,
                label=_shown(label),
                marker=marker,
                markersize=3,
            )
        panel.set(xlabel=axis, ylabel=_shown(key))
        panel.grid(alpha=0.3)
        panel.legend()
    return figure


def _read_lines(file: Path) -> list[dict]:
    lines = file.read_text().splitlines()
    records = []
    for number, line in enumerate(lines, start=1):
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as error:
            if number < len(lines):  # a killed run leaves its last line unfinished
                raise ValueError(f'line {number} of {file} is damaged: {error}') from error
    return records


def _nothing_found(work_dir: Path) -> str:
    if not work_dir.is_dir():
        return f'there is no run {work_dir}'
    runs = sorted({file.parents[2].name for file in work_dir.glob(f'*/{SCALARS}')})
    below = f' The runs in it are: {", ".join(runs)}.' if runs else ''
    return (
        f'expected the work directory of a run, with {SCALARS}, but {work_dir} has none.{below} '
        'LocalVisBackend among the `vis_backends` of the config writes them.'
    )


def _iterations_per_epoch(starts: list[list[dict]]) -> int | None:
    """Return the distance of the first logged iterations of two successive epochs."""
    firsts: dict[int, int] = {}
    longest = 0
    for lines in starts:
        trained = False
        for line in lines:
            if 'epoch' in line:
                firsts[line['epoch']] = min(line['iter'], firsts.get(line['epoch'], line['iter']))
                longest = max(longest, line['iter'])
                trained = True
            elif 'iter' in line or (trained and line['step'] == 0):
                return None  # the loop counts iterations
    steps = [firsts[e + 1] - first for e, first in firsts.items() if e + 1 in firsts]
    return statistics.median_low(steps) if steps else longest or None


def _iteration(line: dict, per_epoch: int | None, done: int) -> int:
    """Return the iteration of a line; ``done`` is that of the training line before it."""
    if 'iter' in line:
        return line['iter']
    # By default MMEngine writes the epoch of a validation, which is 0 where epochs do not count.
    return line['step'] * (per_epoch or 1) or done


def _curves(lines: dict[tuple[bool, int], dict]) -> dict[str, Curve]:
    points: dict[str, list[tuple[int, float]]] = {}
    of_training = {key for (training, _), line in lines.items() if training for key in line}
    for (training, iteration), line in sorted(lines.items(), key=lambda item: item[0][1]):
        for key, value in line.items():
            # Training and validation are both timed; the curve is that of training.
            if key not in POSITION and (training or key not in of_training):
                points.setdefault(key, []).append((iteration, value))
    return {key: Curve(*map(np.array, zip(*pairs, strict=True))) for key, pairs in points.items()}


def _shown(name: str) -> str:
    """Escape a name for a figure: Matplotlib renders text between ``$`` as formulas."""
    return printable(name).replace('$', r'\$')


def _curve(run: Run, label: str, key: str) -> Curve:
    if key not in run.curves:
        known = list(run.curves)
        raise ValueError(
            f'the run {label} has no {key!r}.{suggest(key, known)} It has: {", ".join(known)}.'
        )
    return run.curves[key]


def _positions(run: Run, label: str, curve: Curve, axis: str) -> np.ndarray:
    if axis == 'iteration':
        return curve.iterations
    if run.iterations_per_epoch is None:
        raise ValueError(f'the run {label} counts no epochs: draw it against --x iteration')
    return curve.iterations / run.iterations_per_epoch
