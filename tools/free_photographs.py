"""Make the free photographs of `configs/photographs` of packages of Debian.

    apt-get download mate-backgrounds plasma-workspace-wallpapers
    for package in *.deb; do dpkg-deb -x $package packages; done
    python tools/free_photographs.py packages data/free_photographs

The 24 photographs are reduced to a half or a quarter of their sides, which takes away noise and
traces of JPEG, and cut into parts of 320 x 320.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

from mmrestore.datasets.prepare.sub_images import cut_sub_images

SIZE = 320
MATE = 'usr/share/backgrounds/mate/nature/{}.jpg'
PLASMA = 'usr/share/wallpapers/{}/contents/images/2560x1600.jpg'
PHOTOGRAPHS = {  # the factor by which sides are divided
    'usr/share/backgrounds/mate/abstract/Elephants_5640x3172.jpg': 4,
    **dict.fromkeys(
        map(
            MATE.format,
            [
                'Aqua',
                'Blinds',
                'Dune',
                'FreshFlower',
                'Garden',
                'GreenMeadow',
                'LadyBird',
                'RainDrops',
                'Storm',
                'TwoWings',
                'Wood',
                'YellowFlower',
            ],
        ),
        2,
    ),
    **dict.fromkeys(
        map(
            PLASMA.format,
            [
                'BytheWater',
                'ColdRipple',
                'ColorfulCups',
                'DarkestHour',
                'EveningGlow',
                'FallenLeaf',
                'Grey',
                'Kite',
                'OneStandsOut',
                'Path',
                'summer_1am',
            ],
        ),
        2,
    ),
}


def main(source: str, target: str) -> None:
    """Reduce and cut all photographs."""
    with TemporaryDirectory() as reduced:
        for i, (name, factor) in enumerate(PHOTOGRAPHS.items()):
            image = cv2.imread(str(Path(source) / name))
            if image is None:
                raise SystemExit(f'{source} has no {name}: unpack both packages there')
            size = (image.shape[1] // factor, image.shape[0] // factor)
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
            cv2.imwrite(str(Path(reduced) / f'{i:02}.png'), image)
        cut_sub_images(reduced, target, size=SIZE, step=SIZE)


if __name__ == '__main__':
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
