r"""Evaluate a reference-free metric for the selection of checkpoints.

    mmrestore analyze rank-checkpoints work_dirs/apr_rd/apr work_dirs/apr_rd/rd \
        --measure polyu_noisy/RecorruptedGain --truth polyu/PSNR

compares the two metrics over all validations of the runs: their rank correlation, the loss of
--truth if the checkpoint is selected by --measure, and the largest possible loss.
"""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('runs', nargs='+', metavar='RUN', help='work directories')
    parser.add_argument('--measure', required=True, metavar='KEY', help='metric to evaluate')
    parser.add_argument('--truth', required=True, metavar='KEY', help='metric with ground truth')
    parser.add_argument(
        '--start', type=int, default=0, metavar='N', help='ignore earlier iterations'
    )


def run(options: argparse.Namespace) -> None:
    """Print the comparison."""
    from mmrestore.analysis.ranking import rank_validations
    from mmrestore.engine.curves import read_run

    runs = {Path(run).as_posix(): read_run(run) for run in options.runs}
    found = rank_validations(runs, options.measure, options.truth, start=options.start)
    print(f'{options.measure} against {options.truth}')
    print(f'rank correlation  {found.correlation:.3f}')
    print(f'chosen            {found.chosen}')
    print(f'best              {found.best}')
    print(f'lost by choosing  {found.regret:.3f} of at most {found.spread:.3f}')
