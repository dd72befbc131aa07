"""Estimate the noise of a folder of pictures without clean images.

    mmrestore analyze noise FOLDER

Prints formats and sizes, JPEG quality from the header and from block artifacts, noise level by
brightness and noise correlation by distance in flat regions. docs/noise.md describes the methods
and their accuracy.
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        'folder', metavar='FOLDER', help='folder of noisy pictures, including subfolders'
    )


def run(options: argparse.Namespace) -> int:
    """Measure and print; return 1 if files could not be read."""
    from mmrestore.analysis.folder_noise import measure_folder
    from mmrestore.apis.denoising.noise_tables import printed
    from mmrestore.files import printable

    found = measure_folder(options.folder)
    for table in found.tables:
        print('\n'.join(printed(table)))
    print('\n'.join(found.sentences))
    for problem in found.problems:
        print(f'mmrestore: {printable(problem)}', file=sys.stderr)
    return int(bool(found.problems))
