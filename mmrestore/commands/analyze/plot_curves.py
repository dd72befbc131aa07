r"""Draw how the loss and the metrics of one or several runs went.

    mmrestore analyze plot-curves work_dirs/swinir_s work_dirs/swinir_s_traps \
        --keys loss kodak24/PSNR --labels without with --output curves.png

Every key gets a panel, every run a curve in it. Keys may hold wildcards: 'kodak24/*/PSNR' is every
noise of a validation on kodak24. What was logged again after a run was resumed replaces what it had
logged before.
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
        help="what is drawn, with wildcards as in 'kodak24/*/PSNR'; loss by default",
    )
    parser.add_argument(
        '--labels', nargs='+', help='names of the runs, those of the folders by default'
    )
    parser.add_argument(
        '--x', choices=['epoch', 'iteration'], default='epoch', help='epoch by default'
    )
    parser.add_argument(
        '--start', type=float, default=0, metavar='X', help='epoch or iteration to begin at'
    )
    parser.add_argument(
        '--smooth', type=int, default=1, metavar='N', help='average losses over N logged values'
    )
    parser.add_argument(
        '--columns', type=int, default=4, metavar='N', help='panels in a row, 4 by default'
    )
    parser.add_argument('--output', required=True, metavar='FILE.png', help='where it is drawn')


def run(options: argparse.Namespace) -> None:
    """Draw."""
    from mmrestore.engine.curves import matching_keys, plot, read_run
    from mmrestore.files import write_atomically

    labels = options.labels or _names(options.runs)
    if len(set(labels)) != len(options.runs):
        raise ValueError(f'{len(options.runs)} runs need as many different --labels, got {labels}')
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
