"""Check data sets for image counts, sizes, contents and duplicates.

    mmrestore data verify --root data
    mmrestore data verify kodak24 --folder /elsewhere/Kodak24

The exit status is 1 if a problem was found.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('names', nargs='*', metavar='NAME', help='data sets; all by default')
    parser.add_argument('--root', default='data', help='root of the data (default: data)')
    parser.add_argument('--folder', help='folder of the data set, if only one is named')


def run(options: argparse.Namespace) -> int:
    """Print the reports."""
    from mmrestore.datasets.prepare import find_duplicates, verify_all

    reports = verify_all(options.names, options.root, folder=options.folder)
    print(*reports, sep='\n')
    problems = [problem for report in reports for problem in report.problems]
    duplicates = find_duplicates({report.name: report.fingerprints for report in reports})
    shared = [line for line in duplicates if line not in problems]
    if shared:
        print('images contained in several data sets:', *shared, sep='\n  ')
    return 1 if shared or problems else 0
