"""Convert the Monte Carlo renderings of Firmino et al. into pairs of 8 bit (pip install OpenEXR).

    python tools/datasets/convert_monte_carlo.py ~/renderings data/test/monte_carlo_firmino

The files are named SCENE_NNNNNNspp.exr, with the samples per pixel; the references have 32768.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mmrestore.datasets.prepare.monte_carlo import convert_published


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('source', help='folder of the EXR files')
    parser.add_argument('target', help='folder of the test set')
    parser.add_argument(
        '--spp',
        type=int,
        nargs='+',
        default=[64, 128],
        help='samples per pixel of the noisy images, default: 64 128',
    )
    parser.add_argument('--scenes', type=int, help='how many scenes there must be')
    options = parser.parse_args(arguments)
    try:
        convert_published(
            options.source, options.target, samples=options.spp, num_scenes=options.scenes
        )
    except (ImportError, ValueError) as error:
        parser.error(str(error))


if __name__ == '__main__':
    main()
