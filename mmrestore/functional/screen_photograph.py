"""Synthesis of screen photographs with moire, and of their clean images."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from mmrestore.functional.bayer_mosaic import demosaic, mosaic
from mmrestore.functional.camera_noise import sensor_noise
from mmrestore.functional.camera_pipeline import gamma_compression
from mmrestore.functional.jpeg import jpeg_compression
from mmrestore.functional.screen_display import display_light
from mmrestore.functional.screen_draws import Screens
from mmrestore.functional.screen_geometry import CameraView, look_at, seen_places

SUPERSAMPLING = 3  # samples along each side of a sensor pixel


class ScreenStages(NamedTuple):
    """Photograph of a screen and its intermediate results.

    Args:
        light: linear light of the display after the optical low-pass, (N, 3, 4H, 9W).
        sensor: linear light on the sensor in all colors, (N, 3, h, w), h and w even.
        raw: noisy Bayer mosaic, (N, 4, h/2, w/2).
        developed: demosaicked photograph with tone curve, (N, 3, height, width) in [0, 1].
        photograph: developed photograph after JPEG compression.
    """

    light: Tensor
    sensor: Tensor
    raw: Tensor
    developed: Tensor
    photograph: Tensor


def photograph_screen(
    x: Tensor,
    screens: Screens,
    *,
    size: tuple[int, int] | None = None,
    generator: torch.Generator | None = None,
    noise: Tensor | None = None,
) -> ScreenStages:
    """Synthesize photographs of a screen that shows pictures (N, 3, H, W).

    The display emits the picture as red, green and blue stripes. The lens blurs, projects and
    distorts this light. Each sensor pixel averages 3 x 3 samples of its area and keeps one color
    (Bayer filter). Noise is added. The raw image is demosaicked, tone-mapped and compressed.

    The blur is applied in display coordinates, converted with the magnification at the center.
    Where perspective changes the magnification, the blur in sensor pixels changes with it.

    Source: Liu, Shu and Wu, "Deep Learning with Inaccurate Training Data for Image Restoration",
    2018, section 5.1, for the order of the steps.

    Args:
        x: floating-point RGB pictures in [0, 1].
        screens: screen and camera parameters of each photograph.
        size: height and width of the photographs; the picture size if None. The camera aims at the
            center; beyond the border the screen is mirrored.
        generator: random generator on the device of ``x``.
        noise: standard normal values, used instead of a draw, in the shape of the raw images,
            (N, 4, h/2, w/2), where odd sides are rounded up to even ones.

    Examples:
        >>> from mmrestore.functional.screen_draws import ScreenRanges, draw_screens
        >>> gray = torch.full((1, 3, 32, 48), 0.5)
        >>> stages = photograph_screen(gray, draw_screens(1, ScreenRanges(exposure=1.0)))
        >>> round(stages.sensor.mean().item(), 2), stages.photograph.shape  # 0.5^2.2 = 0.22
        (0.22, torch.Size([1, 3, 32, 48]))
    """
    size = size or (x.shape[-2], x.shape[-1])
    # A sample covers a ninth of a sensor pixel: the variance of that area is added to the blur.
    area = (12**0.5 * SUPERSAMPLING * screens.view.magnification) ** -2
    spread = (screens.spread**2 + area).sqrt()
    light = display_light(x, screens.columns, screens.rows, spread)
    places = seen_places(_cast(screens.view, x), size, supersampling=SUPERSAMPLING)
    samples = look_at(light, places, (x.shape[-2], x.shape[-1]), mode='bilinear')
    sensor = F.avg_pool2d(samples, SUPERSAMPLING) * screens.exposure.to(x)[:, None, None, None]
    sensor = F.pad(sensor, (0, size[1] % 2, 0, size[0] % 2), mode='replicate')
    shot, read = screens.shot.to(x), screens.read.to(x)
    raw = sensor_noise(mosaic(sensor), shot, read, generator=generator, noise=noise)
    developed = tone_curve(demosaic(raw), screens.contrast)[..., : size[0], : size[1]]
    photograph = developed
    if screens.quality is not None:
        photograph = jpeg_compression(developed, screens.quality)
    return ScreenStages(light, sensor, raw, developed, photograph)


def view_picture(
    x: Tensor, view: CameraView, *, size: tuple[int, int] | None = None, antialias: bool = True
) -> Tensor:
    """Warp pictures (N, 3, H, W) to the clean images of their photographs, in [0, 1].

    The result, (N, 3, height, width), has perspective, distortion and size of the photograph, and
    no other degradation. Pixel values are interpolated bicubically, without conversion to linear
    light.

    Args:
        x: floating-point RGB pictures in [0, 1].
        view: geometry of camera and screen.
        size: height and width of the result; the picture size if None.
        antialias: average 2 x 2 samples, spaced for magnifications below 1. At 1 and above, the
            samples coincide, and False gives the same result in a quarter of the time.

    Examples:
        >>> x = torch.rand(1, 3, 4, 5)
        >>> zero = torch.zeros(1)
        >>> view = CameraView(torch.zeros(1, 3), zero + 1, torch.zeros(1, 2), zero, zero + 2)
        >>> torch.allclose(view_picture(x, view), x, atol=1e-5)
        True
    """
    picture_size = (x.shape[-2], x.shape[-1])
    view = _cast(view, x)
    places = seen_places(view, size or picture_size)
    if not antialias:
        return look_at(x, places, picture_size, mode='bicubic').clamp(0, 1)
    # A pixel is 1 / magnification wide; bicubic interpolation covers a width of 1.
    excess = (view.magnification**-2 - 1).clamp(min=0).sqrt() / 4
    total = torch.zeros_like(x[..., :1, :1])
    for right in (-1, 1):
        for below in (-1, 1):
            offset = excess[:, None] * excess.new_tensor((right, below))
            sample = look_at(x, places + offset[:, None, None], picture_size, mode='bicubic')
            total = total + sample / 4
    return total.clamp(0, 1)


def tone_curve(x: Tensor, contrast: Tensor) -> Tensor:
    """Turn linear light (N, C, H, W) into v + contrast (3 v^2 - 2 v^3 - v) with v = x^(1/2.2).

    Args:
        x: linear light; it is clamped to [0, 1].
        contrast: strength of the tone curve, in [0, 1], (N,).

    Examples:
        >>> x = torch.tensor([0.25**2.2, 1.0]).view(1, 1, 1, 2)
        >>> tone_curve(x, torch.tensor([0.5])).flatten()  # half of 0.25 and half of 0.15625
        tensor([0.2031, 1.0000])
    """
    value = gamma_compression(x.clamp(0, 1))
    return value + contrast.to(x)[:, None, None, None] * (value**2 * (3 - 2 * value) - value)


def _cast(view: CameraView, x: Tensor) -> CameraView:
    return CameraView(*(values.to(x) for values in view))
