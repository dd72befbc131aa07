"""Compare our networks with reference vectors of the official ones.

    mmrestore analyze parity FOLDER

For every NAME.json and NAME.safetensors of the folder our network is built from the official
arguments and weights, and its outputs, and gradients where there are any, are compared. What cannot
be compared, since an architecture is not known or an option is refused, has a row that says so. The
exit status is 1 if a comparison failed.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('folder', help='folder of the reference vectors')


def run(options: argparse.Namespace) -> int:
    """Print a row for each network and how many passed."""
    from mmrestore.analysis.parity import FAILED, Row, compare_folder, head, summary

    rows: list[Row] = []
    for row in compare_folder(options.folder):
        if not rows:
            print(head())
        print(row, flush=True)
        rows.append(row)
    print(summary(rows))
    return int(any(row.result == FAILED for row in rows))
