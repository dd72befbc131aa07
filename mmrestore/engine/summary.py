"""Text of the first and the last lines of a training."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

MAX_LINES = 4  # of data sets that are named one by one
ADVICE = (
    'what to try: look at the pictures in vis_data/vis_image and at curves.png;',
    'train longer if the loss still falls, with a lower learning rate if it jumps;',
    'check that training and validation images are degraded alike',
)


class Kept(NamedTuple):
    """A checkpoint that a training leaves.

    - ``path``: the file;
    - ``what``: ``last``, or what it is the best of;
    - ``metrics``: the figures of its validation, none if there was no validation of it.
    """

    path: Path
    what: str
    metrics: Mapping[str, float]


def shown_path(path: str | Path) -> str:
    """Return a path relative to the current folder if it lies in it, else the absolute one.

    Examples:
        >>> shown_path(Path.cwd() / 'work_dirs' / 'epoch_1.pth')
        'work_dirs/epoch_1.pth'
    """
    relative = os.path.relpath(path)
    return os.path.abspath(path) if relative.startswith(os.pardir) else relative


def restore_command(checkpoint: str | Path, imports: Sequence[str] = ()) -> str:
    """Return the command that restores a picture with a checkpoint, which holds its config.

    Args:
        checkpoint: the file.
        imports: modules that its config needs and no plugin brings.

    Examples:
        >>> restore_command('my run/epoch_1.pth', ['my_networks'])
        "mmrestore restore input.png --checkpoint 'my run/epoch_1.pth' --import my_networks"
    """
    words = ['--checkpoint', shown_path(checkpoint)]
    for module in imports:
        words += ['--import', module]
    return shlex.join(['mmrestore', 'restore', 'input.png', *words])


def table(rows: Mapping[str, str]) -> str:
    """Return lines of a name and what belongs to it, empty ones left out.

    Examples:
        >>> print(table(dict(best='epoch_1.pth', last='epoch_2.pth', more='')))
        best  epoch_1.pth
        last  epoch_2.pth
    """
    width = max(map(len, rows), default=0)
    return '\n'.join(f'{name:{width}}  {text}' for name, text in rows.items() if text)


def figures_text(metrics: Mapping[str, float]) -> str:
    """Return figures in a few words; of many, how many there are.

    Examples:
        >>> figures_text({'kodak24/PSNR': 31.2345, 'kodak24/SSIM': 0.91})
        'kodak24/PSNR 31.2345, kodak24/SSIM 0.9100'
    """
    if len(metrics) > 2 * MAX_LINES:
        return f'{len(metrics)} figures, in the log file'
    return ', '.join(f'{key} {value:.4f}' for key, value in metrics.items())


def comparison(
    metrics: Mapping[str, float],
    inputs: Mapping[str, float],
    gains: Sequence[str] = (),
    *,
    input_name: str = 'input',
) -> list[str]:
    """Return in words whether predictions are better than the inputs they are made of.

    Args:
        metrics: figures of the predictions by key.
        inputs: PSNR of the inputs by the key that the predictions have; of a data set with several,
            the first counts.
        gains: keys of figures that are above 0 if the predictions are better.
        input_name: what the predictions are compared with.

    Examples:
        >>> comparison({'a/PSNR': 30.0}, {'a/PSNR': 25.0})
        ['better than the input: a/PSNR 30.00 dB, input 25.00 dB (+5.00)']
        >>> comparison({'a/Gain': 3.0}, {}, ['a/Gain'])
        ['better than the input by an estimate without clean images: a/Gain 3.00, above 0']
    """
    pairs: dict[str, tuple[str, float, float]] = {}
    for key, of_input in inputs.items():
        if key in metrics:
            pairs.setdefault(key.rpartition('/')[0], (key, metrics[key], of_input))
    if not pairs:
        return _by_gain({key: metrics[key] for key in gains if key in metrics})
    worse = [key for key, score, of_input in pairs.values() if not score > of_input]
    equal = all(abs(score - of) < 0.005 for key, score, of in pairs.values() if key in worse)
    verdict = f'better than the {input_name}'
    if worse:
        verdict = f'NO {verdict}' if equal else f'WORSE than the {input_name}'
    details = [
        f'{key} {score:.2f} dB, input {of_input:.2f} dB ({score - of_input:+.2f})'
        for key, score, of_input in sorted(pairs.values(), key=lambda pair: pair[0] not in worse)
    ]
    advice = ADVICE if worse else ()
    if len(pairs) == 1:
        return [f'{verdict}: {details[0]}', *advice]
    verdict += f' on {len(worse) or len(pairs)} of {len(pairs)} data sets'
    if len(details) > MAX_LINES:
        details = [*details[:MAX_LINES], f'and {len(details) - MAX_LINES} more, in the log file']
    return [verdict, *details, *advice]


def closing_text(
    *,
    kept: Sequence[Kept],
    inputs: Mapping[str, float],
    gains: Sequence[str] = (),
    input_name: str = 'input',
    imports: Sequence[str] = (),
) -> str:
    """Return what a training leaves: checkpoints, how good they are, and how to use the first.

    Args:
        kept: the checkpoints, that to use first.
        inputs: PSNR of the inputs; see :func:`comparison`.
        gains: see :func:`comparison`.
        input_name: see :func:`comparison`.
        imports: see :func:`restore_command`.
    """
    if not kept:
        return 'no checkpoint was written'
    rows = {}
    for checkpoint in kept:
        figures = figures_text(checkpoint.metrics)
        rows[checkpoint.what] = shown_path(checkpoint.path) + (f'  ({figures})' if figures else '')
    use, *_ = kept
    first, *more = comparison(use.metrics, inputs, gains, input_name=input_name)
    indent = ' ' * (max(map(len, [*rows, 'result'])) + 2)
    rows['result'] = '\n'.join([f'{use.path.name}: {first}', *(indent + line for line in more)])
    return f'{table(rows)}\nRestore a picture with it:\n{restore_command(use.path, imports)}'


def _by_gain(figures: Mapping[str, float]) -> list[str]:
    if not figures:
        return ['not compared with the input: no validation of it has a PSNR of clean images']
    text = ', '.join(f'{key} {value:.2f}' for key, value in figures.items())
    by = 'by an estimate without clean images'
    if all(value > 0 for value in figures.values()):
        return [f'better than the input {by}: {text}, above 0']
    return [f'NO better than the input {by}: {text}, not above 0', *ADVICE]
