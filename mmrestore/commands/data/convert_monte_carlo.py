"""Convert the Monte Carlo renderings of Firmino et al. to 8-bit pairs (pip install OpenEXR).

    mmrestore data convert-monte-carlo ~/renderings data/test/monte_carlo_firmino

The files are named SCENE_NNNNNNspp.exr with N samples per pixel; references have 32768.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('source', help='folder of the EXR files')
    parser.add_argument('target', help='folder for the test set')
    parser.add_argument(
        '--spp',
        type=int,
        nargs='+',
        default=[64, 128],
        help='samples per pixel of the noisy images (default: 64 128)',
    )
    parser.add_argument('--scenes', type=int, help='expected number of scenes')


def run(options: argparse.Namespace) -> None:
    """Convert the renderings."""
    from mmrestore.datasets.prepare.monte_carlo import convert_published

    convert_published(
        options.source, options.target, samples=options.spp, num_scenes=options.scenes
    )
