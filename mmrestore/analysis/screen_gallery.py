"""Gallery of simulated screen photographs: the steps of one, and several draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mmrestore.analysis.contact_sheet import draw_sheet
from mmrestore.analysis.figures import check_png, write_results
from mmrestore.batch_transforms import ScreenPhotograph
from mmrestore.datasets.folder_search import find_images
from mmrestore.datasets.image_file import read_image
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


def write_gallery(
    output: str | Path,
    images: str | Path,
    *,
    num: int = 2,
    size: int = 256,
    draws: int = 6,
    seed: int = 0,
    ranges: Mapping[str, Sequence[float]] | None = None,
) -> list[Path]:
    """Photograph the images of a folder, write a sheet and what was drawn; return both places.

    Args:
        output: PNG file of the sheet; what was drawn is written beside it as CSV.
        images: folder of pictures.
        num: number of images, the first ones.
        size: side of the photographs.
        draws: photographs of each image.
        seed: of the draws.
        ranges: (low, high) by name, arguments of ``ScreenPhotograph``.

    Raises:
        TypeError: ``ScreenPhotograph`` has no such range.
        ValueError: a number or a range is wrong, or a picture is too small.
    """
    check_png(output)
    if min(num, size, draws) < 1:
        raise ValueError('--num, --size and --draws are at least 1')
    given: dict[str, Any] = {
        name: tuple(map(int if name == 'quality' else float, pair))
        for name, pair in (ranges or {}).items()
    }
    transform = ScreenPhotograph(size, **given)
    names = find_images(images)[:num]
    pictures = [read_image(Path(images) / name) for name in names]
    if any(min(picture.shape[:2]) < size for picture in pictures):
        raise ValueError(f'the pictures must have {size} pixels a side: change --size')
    generator = torch.Generator().manual_seed(seed)
    sheet: list[dict[str, Tensor]] = []
    rows: list[list[Any]] = []
    for name, array in zip(names, pictures, strict=True):
        picture = to_unit_range(torch.from_numpy(array).permute(2, 0, 1)[None])
        screens = draw_screens(draws, transform.ranges, generator=generator)
        batch = picture.expand(draws, -1, -1, -1)
        stages = photograph_screen(batch, screens, size=(size, size), generator=generator)
        target = view_picture(batch, screens.view, size=(size, size))
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
    return write_results(output, draw_sheet(sheet), HEAD, rows)
