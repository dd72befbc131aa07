r"""Say how well a measure without clean pictures chooses among the checkpoints of runs.

    mmrestore analyze rank-checkpoints work_dirs/apr_rd/apr work_dirs/apr_rd/rd \
        --measure polyu_noisy/RecorruptedGain --truth polyu/PSNR

compares the two metrics over all validations of the runs: their rank correlation, what is lost in
the truth by choosing by the measure, and what could be lost at most.
"""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('runs', nargs='+', metavar='RUN', help='work directories')
    parser.add_argument('--measure', required=True, metavar='KEY', help='metric to be judged')
    parser.add_argument('--truth', required=True, metavar='KEY', help='metric that judges')
    parser.add_argument(
        '--start', type=int, default=0, metavar='N', help='leave earlier iterations out'
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
