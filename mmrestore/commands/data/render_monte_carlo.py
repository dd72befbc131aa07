"""Render a test set of Monte Carlo noise with Mitsuba (pip install mitsuba).

    python tools/datasets/render_monte_carlo.py data/test/monte_carlo_mitsuba

The folders 64spp and 128spp hold noisy images, reference holds the converged ones, of equal names.
A command that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mmrestore.datasets.prepare.monte_carlo import MitsubaRenderer, RenderSettings, render_set


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    defaults = RenderSettings()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('target', help='folder of the test set')
    parser.add_argument(
        '--scenes', type=int, default=defaults.num_scenes, help=f'default: {defaults.num_scenes}'
    )
    parser.add_argument(
        '--size', type=int, default=defaults.size, help=f'pixels a side, default: {defaults.size}'
    )
    parser.add_argument(
        '--spp',
        type=int,
        nargs='+',
        default=defaults.samples,
        help='samples per pixel of the noisy images, default: 64 128',
    )
    parser.add_argument(
        '--reference-spp',
        type=int,
        default=defaults.reference_samples,
        help=f'samples per pixel of the references, default: {defaults.reference_samples}',
    )
    parser.add_argument(
        '--variant',
        default='scalar_rgb',
        help='of Mitsuba: scalar_rgb (default) runs everywhere, llvm_ad_rgb and cuda_ad_rgb are '
        'faster where they run',
    )
    parser.add_argument('--threads', type=int, help='all cores by default')
    options = parser.parse_args(arguments)
    try:
        settings = RenderSettings(
            options.scenes, options.size, tuple(options.spp), options.reference_spp
        )
        renderer = MitsubaRenderer(options.variant, threads=options.threads)
        render_set(options.target, settings, renderer)
    except (ImportError, ValueError) as error:
        parser.error(str(error))


if __name__ == '__main__':
    main()
