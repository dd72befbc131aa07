"""Compare networks with reference outputs of the official implementations.

    mmrestore analyze parity FOLDER

For each NAME.json and NAME.safetensors in the folder, the network is built from the official
arguments and weights, and its outputs and, if recorded, gradients are compared. Unknown
architectures and refused options are reported in a row. The exit status is 1 if a comparison
failed.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('folder', help='folder of the reference files')


def run(options: argparse.Namespace) -> int:
    """Print a row for each network and a summary."""
    from mmrestore.analysis.parity import FAILED, Row, compare_folder, head, summary

    rows: list[Row] = []
    for row in compare_folder(options.folder):
        if not rows:
            print(head())
        print(row, flush=True)
        rows.append(row)
    print(summary(rows))
    return int(any(row.result == FAILED for row in rows))
