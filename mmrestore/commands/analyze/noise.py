"""Print what can be known of the noise of a folder of pictures without clean ones.

    mmrestore analyze noise FOLDER

Formats and sizes, JPEG quality by header and by traces in the pixels, noise by brightness and its
correlation by distance in flat parts. docs/noise.md says how they are measured and how far they can
be trusted.
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('folder', metavar='FOLDER', help='noisy pictures, searched below too')


def run(options: argparse.Namespace) -> int:
    """Measure and print; 1 if files could not be read."""
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
