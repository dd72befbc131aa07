"""Render a test set of Monte Carlo noise with Mitsuba (pip install mitsuba).

    mmrestore data render-monte-carlo data/test/monte_carlo_mitsuba

The folders 64spp and 128spp contain noisy images, the folder reference contains the converged
images of the same names. The same command resumes an interrupted run.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('target', help='folder for the test set')
    parser.add_argument('--scenes', type=int, default=8, help='number of scenes (default: 8)')
    parser.add_argument(
        '--size', type=int, default=256, help='side of the images in pixels (default: 256)'
    )
    parser.add_argument(
        '--spp',
        type=int,
        nargs='+',
        default=[64, 128],
        help='samples per pixel of the noisy images (default: 64 128)',
    )
    parser.add_argument(
        '--reference-spp',
        type=int,
        default=4096,
        help='samples per pixel of the references (default: 4096)',
    )
    parser.add_argument(
        '--variant',
        default='scalar_rgb',
        help='variant of Mitsuba: scalar_rgb (default) runs on all machines; llvm_ad_rgb and '
        'cuda_ad_rgb are faster if available',
    )
    parser.add_argument('--threads', type=int, help='number of threads; all cores by default')


def run(options: argparse.Namespace) -> None:
    """Render the test set."""
    from mmrestore.datasets.prepare import monte_carlo

    settings = monte_carlo.RenderSettings(
        options.scenes, options.size, tuple(options.spp), options.reference_spp
    )
    renderer = monte_carlo.MitsubaRenderer(options.variant, threads=options.threads)
    monte_carlo.render_set(options.target, settings, renderer)
