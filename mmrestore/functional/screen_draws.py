"""Random display and camera parameters for photographs of screens."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from mmrestore.functional.camera_noise import draw_sensor_noise_levels
from mmrestore.functional.screen_display import MOST_SPREAD
from mmrestore.functional.screen_geometry import CameraView


class ScreenRanges(NamedTuple):
    """Ranges of screen and camera parameters, which are drawn uniformly.

    All default ranges are our choice: the source paper states the steps of its synthesizer, but no
    parameter values.

    Args:
        magnification: sensor pixels per display pixel.
        tilt: yaw and pitch of the screen in degrees, drawn separately.
        roll: rotation of the screen in degrees.
        distortion: radial distortion of the lens, see :class:`CameraView`.
        focal_length: focal length in units of the longer side of the photograph.
        stripe_width: sub-pixel width in thirds of a display pixel; the gaps are black.
        stripe_height: sub-pixel height in display pixels.
        blur: standard deviation of the optical low-pass (lens and anti-aliasing filter) in sensor
            pixels, at most 0.6 display pixels.
        exposure: brightness of the photograph relative to the picture, in linear light.
        contrast: strength of the tone curve, from 0 (none) to 1 (3 v^2 - 2 v^3).
        shot_noise: shot noise of ``sensor_noise``, drawn log-uniformly; the read noise depends on
            it.
        quality: JPEG quality, whole numbers, both ends included.
    """

    magnification: tuple[float, float] = (1.2, 2.4)
    tilt: tuple[float, float] = (-12.0, 12.0)
    roll: tuple[float, float] = (-8.0, 8.0)
    distortion: tuple[float, float] = (-0.03, 0.03)
    focal_length: tuple[float, float] = (1.0, 3.0)
    stripe_width: tuple[float, float] = (0.7, 0.95)
    stripe_height: tuple[float, float] = (0.75, 0.95)
    blur: tuple[float, float] = (0.4, 0.7)
    exposure: tuple[float, float] = (0.9, 1.0)
    contrast: tuple[float, float] = (0.0, 0.2)
    shot_noise: tuple[float, float] = (1e-5, 1e-3)
    quality: tuple[int, int] = (75, 98)


LIMITS = ScreenRanges(
    magnification=(0.5, 8),
    tilt=(-30, 30),
    roll=(-180, 180),
    distortion=(-0.2, 0.2),
    focal_length=(1, 1000),
    stripe_width=(0.1, 1),
    stripe_height=(0.1, 1),
    blur=(0.01, 8),
    exposure=(0.01, 2),
    contrast=(0, 1),
    shot_noise=(1e-8, 1),
    quality=(1, 100),
)


class Screens(NamedTuple):
    """Drawn parameters of N photographs of screens.

    Args:
        view: geometry of camera and screen.
        columns: left and right sub-pixel edges of each color, (N, 3, 2), see ``display_light``.
        rows: upper and lower sub-pixel edges, (N, 2), see ``display_light``.
        spread: standard deviation of the optical low-pass in display pixels, (N,).
        exposure: brightness relative to the picture, in linear light, (N,).
        contrast: strength of the tone curve, (N,).
        shot: shot noise, (N,).
        read: read noise, (N,).
        quality: JPEG quality, (N,), int64; None leaves the photographs uncompressed.
    """

    view: CameraView
    columns: Tensor
    rows: Tensor
    spread: Tensor
    exposure: Tensor
    contrast: Tensor
    shot: Tensor
    read: Tensor
    quality: Tensor | None


def check_ranges(ranges: ScreenRanges) -> ScreenRanges:
    """Return the ranges as pairs; a number becomes a pair of equal values.

    Raises:
        ValueError: a range is neither a number nor an ordered pair, a range exceeds its limits, or
            the optical low-pass could exceed 0.6 display pixels.

    Examples:
        >>> check_ranges(ScreenRanges(roll=3.0)).roll
        (3.0, 3.0)
    """
    pairs = {}
    for name, given in ranges._asdict().items():
        pair = tuple(given) if isinstance(given, (tuple, list)) else (given, given)
        low, high = getattr(LIMITS, name)
        if len(pair) != 2 or not low <= pair[0] <= pair[1] <= high:
            raise ValueError(
                f'expected {name} from {low} to {high}, a number or a pair (low, high), got '
                f'{given!r}'
            )
        pairs[name] = pair
    checked = ScreenRanges(**pairs)
    if checked.blur[1] > MOST_SPREAD * checked.magnification[0]:
        raise ValueError(
            f'a blur of {checked.blur[1]} sensor pixels is wider than {MOST_SPREAD} display pixels '
            f'at magnification {checked.magnification[0]}: lower the blur or raise the '
            'magnification'
        )
    return checked


def draw_screens(
    num: int,
    ranges: ScreenRanges | None = None,
    *,
    device: torch.device | str | None = None,
    generator: torch.Generator | None = None,
) -> Screens:
    """Draw screen and camera parameters for ``num`` photographs, float32.

    The aim of the camera varies by one display pixel, so that display and sensor grids meet in
    every phase. To see another part of a larger picture, crop the picture.

    Args:
        num: number of photographs N.
        ranges: ranges of the parameters; the defaults of :class:`ScreenRanges` if None.
        device: device of the result.
        generator: random generator on that device; the device's default generator if None.

    Raises:
        ValueError: a range is invalid, see :func:`check_ranges`.

    Examples:
        >>> screens = draw_screens(1000)
        >>> round(screens.view.magnification.mean().item(), 1), screens.columns.shape
        (1.8, torch.Size([1000, 3, 2]))
    """
    ranges = check_ranges(ranges or ScreenRanges())

    def uniform(pair: tuple[float, float], *shape: int) -> Tensor:
        return torch.empty(num, *shape, device=device).uniform_(*pair, generator=generator)

    angles = torch.cat((uniform(ranges.tilt, 2), uniform(ranges.roll, 1)), dim=1)
    magnification = uniform(ranges.magnification)
    view = CameraView(
        angles=angles,
        magnification=magnification,
        shift=uniform((-0.5, 0.5), 2),
        distortion=uniform(ranges.distortion),
        focal_length=uniform(ranges.focal_length),
    )
    widths, heights = uniform(ranges.stripe_width), uniform(ranges.stripe_height)
    spread = uniform(ranges.blur) / magnification
    exposure, contrast = uniform(ranges.exposure), uniform(ranges.contrast)
    shot, read = draw_sensor_noise_levels(
        num, ranges.shot_noise, device=device, generator=generator
    )
    low, high = ranges.quality
    quality = torch.randint(low, high + 1, (num,), device=device, generator=generator)
    return Screens(view, *stripes(widths, heights), spread, exposure, contrast, shot, read, quality)


def stripes(widths: Tensor, heights: Tensor) -> tuple[Tensor, Tensor]:
    """Return the edges of red, green and blue stripes side by side, (N, 3, 2) and (N, 2).

    Args:
        widths: sub-pixel widths in thirds of a display pixel, (N,).
        heights: sub-pixel heights in display pixels, (N,).

    Examples:
        >>> columns, rows = stripes(torch.tensor([0.6]), torch.tensor([0.8]))
        >>> columns[0, 2], rows[0]
        (tensor([0.7333, 0.9333]), tensor([0.1000, 0.9000]))
    """
    middles = (torch.arange(3, device=widths.device) + 0.5).to(widths) / 3
    sides = widths.new_tensor((-0.5, 0.5))
    columns = middles[:, None] + widths[:, None, None] / 3 * sides
    return columns, 0.5 + heights[:, None] * sides
