"""Render a test set of Monte Carlo noise with Mitsuba (pip install mitsuba).

    mmrestore data render-monte-carlo data/test/monte_carlo_mitsuba

The folders 64spp and 128spp hold noisy images, reference holds the converged ones, of equal names.
An interrupted command is resumed.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('target', help='folder of the test set')
    parser.add_argument('--scenes', type=int, default=8, help='default: 8')
    parser.add_argument('--size', type=int, default=256, help='pixels a side, default: 256')
    parser.add_argument(
        '--spp',
        type=int,
        nargs='+',
        default=[64, 128],
        help='samples per pixel of the noisy images, default: 64 128',
    )
    parser.add_argument(
        '--reference-spp',
        type=int,
        default=4096,
        help='samples per pixel of the references, default: 4096',
    )
    parser.add_argument(
        '--variant',
        default='scalar_rgb',
        help='of Mitsuba: scalar_rgb (default) runs everywhere, llvm_ad_rgb and cuda_ad_rgb are '
        'faster where they run',
    )
    parser.add_argument('--threads', type=int, help='all cores by default')


def run(options: argparse.Namespace) -> None:
    """Render."""
    from mmrestore.datasets.prepare import monte_carlo

    settings = monte_carlo.RenderSettings(
        options.scenes, options.size, tuple(options.spp), options.reference_spp
    )
    renderer = monte_carlo.MitsubaRenderer(options.variant, threads=options.threads)
    monte_carlo.render_set(options.target, settings, renderer)
