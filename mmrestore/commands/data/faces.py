"""Crop faces from videos and pictures.

    mmrestore data faces --source VIDEOS --root data

Crops and list files are written to ROOT/faces.
"""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('--source', required=True, help='folder of videos and pictures')
    parser.add_argument('--root', default='data', help='root of the data (default: data)')
    parser.add_argument(
        '--sizes', nargs='+', type=int, default=[120, 30], help='sides of faces (default: 120 30)'
    )
    parser.add_argument(
        '--tolerance',
        type=float,
        default=0.15,
        help='relative tolerance of the detected size (default: 0.15)',
    )
    parser.add_argument(
        '--frame-step', type=int, default=25, help='use every Nth frame (default: 25)'
    )
    parser.add_argument('--boxes', help='CSV file with faces from another detector')


def run(options: argparse.Namespace) -> None:
    """Crop the faces."""
    from mmrestore.datasets.prepare import crop_faces, listed_faces

    crop_faces(
        options.source,
        Path(options.root, 'faces'),
        sizes=options.sizes,
        tolerance=options.tolerance,
        frame_step=options.frame_step,
        detect=listed_faces(options.boxes) if options.boxes else None,
    )
