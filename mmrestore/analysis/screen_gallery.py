r"""Show how photographs of screens come about, and several draws of them.

    python tools/analysis/screen_photographs.py --images DIR --size 256 --draws 4 --output FILE.png

For every image there are two rows. The first shows the stages of the first draw: the middle of the
picture, the light of the display (a part, enlarged), what falls on the sensor, the raw mosaic, the
developed photograph, and the clean target. The second shows the photographs of all draws. Pixels of
the images are pixels of the file: look at it in its own size, other sizes have moire of their own.
What was drawn is written beside it as CSV.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mmrestore.analysis.contact_sheet import draw_sheet
from mmrestore.analysis.figures import check_png, write_results
from mmrestore.batch_transforms import ScreenPhotograph
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.listing import find_images
from mmrestore.functional.bayer_mosaic import mosaic
from mmrestore.functional.camera_pipeline import gamma_compression
from mmrestore.functional.screen_draws import Screens, draw_screens
from mmrestore.functional.screen_photograph import ScreenStages, photograph_screen, view_picture
from mmrestore.functional.unit_range import to_unit_range

HEAD = [
    *('image', 'draw', 'magnification', 'yaw', 'pitch', 'roll', 'distortion', 'blur'),
    *('exposure', 'contrast', 'shot_noise', 'quality'),
]
ENLARGED = 3  # the light of the display


def stage_images(picture: Tensor, stages: ScreenStages, target: Tensor) -> dict[str, Tensor]:
    """Return the images (3, h, w) of the stages of one photograph by their captions."""
    height, width = target.shape[-2:]
    rows, columns = (side // ENLARGED for side in (height, width))
    top, left = (
        (a - b) // 2 for a, b in zip(stages.light.shape[-2:], (rows, columns), strict=True)
    )
    light = stages.light[0, :, top : top + rows, left : left + columns]
    light = light.repeat_interleave(ENLARGED, -2).repeat_interleave(ENLARGED, -1)
    places = torch.arange(12.0).view(1, 3, 2, 2)  # which value of the mosaic is of which colour
    raw = torch.zeros_like(stages.sensor[0])
    for plane, place in enumerate(mosaic(places).flatten().int().tolist()):
        colour, (down, right) = place // 4, divmod(place % 4, 2)
        raw[colour, down::2, right::2] = stages.raw[0, plane]
    top, left = _corner(picture, height, width)
    return {
        'picture': picture[0, :, top : top + height, left : left + width],
        f'sub-pixels, x{ENLARGED}': gamma_compression(light.clamp(0, 1)),
        'on the sensor': gamma_compression(stages.sensor[0].clamp(0, 1)),
        'mosaic': gamma_compression(raw.clamp(0, 1)),
        'photograph': stages.photograph[0],
        'target': target[0],
    }


def _corner(image: Tensor, height: int, width: int) -> tuple[int, int]:
    """Return the upper left corner of the middle part of an image."""
    return (image.shape[-2] - height) // 2, (image.shape[-1] - width) // 2


def table_rows(name: str, screens: Screens) -> list[list[Any]]:
    """Return what was drawn for the photographs of one image."""
    view = screens.view
    blur = screens.spread * view.magnification
    assert screens.quality is not None
    values = torch.stack(
        (
            *(view.magnification, *view.angles.unbind(1), view.distortion, blur),
            *(screens.exposure, screens.contrast, screens.shot, screens.quality),
        ),
        dim=1,
    )
    return [
        [name, number, *(f'{value:.6g}' for value in row)]
        for number, row in enumerate(values.tolist())
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--images', required=True, metavar='DIR', help='folder of pictures')
    parser.add_argument('--num', type=int, default=2, help='the first images only, 2 by default')
    parser.add_argument('--size', type=int, default=256, help='side of photographs, 256')
    parser.add_argument('--draws', type=int, default=6, help='photographs of each image')
    parser.add_argument('--seed', type=int, default=0, help='of the draws')
    parser.add_argument(
        '--range',
        nargs=3,
        action='append',
        default=[],
        metavar=('NAME', 'LOW', 'HIGH'),
        help='a range of ScreenPhotograph, such as magnification 1.9 2.1',
    )
    parser.add_argument('--output', required=True, metavar='FILE.png', help='where it is drawn')
    options = parser.parse_args(arguments)
    try:
        check_png(options.output)
        if min(options.num, options.size, options.draws) < 1:
            raise ValueError('--num, --size and --draws are at least 1')
        given: dict[str, Any] = {
            name: tuple(int(v) if name == 'quality' else float(v) for v in pair)
            for name, *pair in options.range
        }
        transform = ScreenPhotograph(options.size, **given)
        names = find_images(options.images)[: options.num]
        pictures = [read_image(Path(options.images) / name) for name in names]
        if any(min(picture.shape[:2]) < options.size for picture in pictures):
            raise ValueError(f'the pictures must have {options.size} pixels a side: change --size')
    except (TypeError, ValueError) as error:
        parser.error(str(error))
    generator = torch.Generator().manual_seed(options.seed)
    sheet: list[dict[str, Tensor]] = []
    rows: list[list[Any]] = []
    for name, array in zip(names, pictures, strict=True):
        picture = to_unit_range(torch.from_numpy(array).permute(2, 0, 1)[None])
        screens = draw_screens(options.draws, transform.ranges, generator=generator)
        batch = picture.expand(options.draws, -1, -1, -1)
        size = (options.size, options.size)
        stages = photograph_screen(batch, screens, size=size, generator=generator)
        target = view_picture(batch, screens.view, size=size)
        sheet.append(stage_images(picture, stages, target))
        sheet.append(
            {
                f'draw {number}, m {m:.2f}': image
                for number, (m, image) in enumerate(
                    zip(screens.view.magnification.tolist(), stages.photograph, strict=True)
                )
            }
        )
        rows += table_rows(name, screens)
    for path in write_results(options.output, draw_sheet(sheet), HEAD, rows):
        print(f'written: {path}')


if __name__ == '__main__':
    main()
