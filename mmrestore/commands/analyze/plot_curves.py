r"""Plot loss and metric curves of one or several runs.

    mmrestore analyze plot-curves work_dirs/swinir_s work_dirs/swinir_s_traps \
        --keys loss kodak24/PSNR --labels without with --output curves.png

Each key has a panel, each run a curve. Keys may contain wildcards: 'kodak24/*/PSNR' matches all
noises of a validation on kodak24. Values that are logged again after resuming replace the earlier
values.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('runs', nargs='+', metavar='RUN', help='work directories')
    parser.add_argument(
        '--keys',
        nargs='+',
        default=['loss'],
        help="logged keys, with wildcards as in 'kodak24/*/PSNR'; loss by default",
    )
    parser.add_argument('--labels', nargs='+', help='names of the runs; folder names by default')
    parser.add_argument(
        '--x',
        choices=['epoch', 'iteration'],
        default='epoch',
        help='horizontal axis, epoch by default',
    )
    parser.add_argument(
        '--start', type=float, default=0, metavar='X', help='first epoch or iteration'
    )
    parser.add_argument(
        '--smooth', type=int, default=1, metavar='N', help='average losses over N logged values'
    )
    parser.add_argument(
        '--columns', type=int, default=4, metavar='N', help='panels per row, 4 by default'
    )
    parser.add_argument('--output', required=True, metavar='FILE.png', help='file of the figure')


def run(options: argparse.Namespace) -> None:
    """Plot the curves."""
    from mmrestore.engine.curves import matching_keys, plot, read_run
    from mmrestore.files import write_atomically

    labels = options.labels or _names(options.runs)
    if len(set(labels)) != len(options.runs):
        raise ValueError(f'expected {len(options.runs)} distinct --labels, got {labels}')
    runs = {label: read_run(folder) for label, folder in zip(labels, options.runs, strict=True)}
    figure = plot(
        runs,
        matching_keys(runs, options.keys),
        axis=options.x,
        start=options.start,
        window=options.smooth,
        columns=options.columns,
    )
    ending = Path(options.output).suffix[1:] or 'png'
    write_atomically(options.output, partial(figure.savefig, format=ending, dpi=150))


def _names(folders: Sequence[str]) -> list[str]:
    names = [Path(folder).resolve().name for folder in folders]
    return names if len(set(names)) == len(names) else [str(Path(folder)) for folder in folders]
