"""Photographs of screens, with moire, and what they would be without."""

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

SUPERSAMPLING = 3  # samples along the side of a sensor pixel


class ScreenStages(NamedTuple):
    """A photograph of a screen, and what it was on the way.

    Args:
        light: of the display behind the optical low pass, linear, (N, 3, 4H, 9W).
        sensor: what falls on the sensor in all colours, linear, (N, 3, h, w), h and w even.
        raw: the noisy mosaic, (N, 4, h/2, w/2).
        developed: the demosaicked photograph with its tone curve, (N, 3, height, width) in [0, 1].
        photograph: that after JPEG.
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
    """Take photographs of a screen that shows pictures (N, 3, H, W).

    The display turns the picture into light of red, green and blue stripes; the lens blurs it, sees
    it in perspective and distorts it. Each pixel of the sensor gathers the light of its whole area,
    the mean of 3 x 3 samples, and keeps one colour of it (Bayer); noise is added. The raw image is
    demosaicked, gets its tone curve and is compressed.

    The blur acts on the display's side, with the magnification in the middle: where perspective
    makes the magnification another, the blur changes with it.

    Source: Liu, Shu and Wu, "Deep Learning with Inaccurate Training Data for Image Restoration",
    2018, section 5.1, for the order of the steps.

    Args:
        x: floating-point RGB pictures in [0, 1].
        screens: the screen and the camera of every photograph.
        size: height and width of the photographs; those of the pictures if absent. The camera aims
            at the middle; what it sees beyond the border is the screen mirrored.
        generator: source of the noise, of the device of ``x``.
        noise: standard normal values to be used instead of a draw, of the shape of the raw images,
            (N, 4, h/2, w/2) with odd sides made even.

    Examples:
        >>> from mmrestore.functional.screen_draws import ScreenRanges, draw_screens
        >>> gray = torch.full((1, 3, 32, 48), 0.5)
        >>> stages = photograph_screen(gray, draw_screens(1, ScreenRanges(exposure=1.0)))
        >>> round(stages.sensor.mean().item(), 2), stages.photograph.shape  # 0.5^2.2 = 0.22
        (0.22, torch.Size([1, 3, 32, 48]))
    """
    size = size or (x.shape[-2], x.shape[-1])
    # A sample stands for a ninth of a sensor pixel: the lens gets the variance of its area too.
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
    """Warp pictures (N, 3, H, W) as photographs of them are: (N, 3, height, width) in [0, 1].

    That is the clean image of a photograph: perspective, distortion and size are its, but nothing
    else. Interpolation is bicubic, of the values as they are.

    Args:
        x: floating-point RGB pictures in [0, 1].
        view: how the camera sees the screen.
        size: height and width of the result; those of the pictures if absent.
        antialias: take the mean of 2 x 2 samples, as far apart as a magnification below 1 asks. At
            1 and above they coincide, so that False gives the same in a quarter of the time.

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
    # A pixel is 1 / magnification wide, of which bicubic interpolation covers 1.
    excess = (view.magnification**-2 - 1).clamp(min=0).sqrt() / 4
    total = torch.zeros_like(x[..., :1, :1])
    for right in (-1, 1):
        for below in (-1, 1):
            offset = excess[:, None] * excess.new_tensor((right, below))
            sample = look_at(x, places + offset[:, None, None], picture_size, mode='bicubic')
            total = total + sample / 4
    return total.clamp(0, 1)


def tone_curve(x: Tensor, contrast: Tensor) -> Tensor:
    """Turn linear light (N, C, H, W) into values v = x^(1/2.2), a part of them 3 v^2 - 2 v^3.

    Args:
        x: light; it is clamped to [0, 1].
        contrast: that part, (N,).

    Examples:
        >>> x = torch.tensor([0.25**2.2, 1.0]).view(1, 1, 1, 2)
        >>> tone_curve(x, torch.tensor([0.5])).flatten()  # half of 0.25 and half of 0.15625
        tensor([0.2031, 1.0000])
    """
    value = gamma_compression(x.clamp(0, 1))
    return value + contrast.to(x)[:, None, None, None] * (value**2 * (3 - 2 * value) - value)


def _cast(view: CameraView, x: Tensor) -> CameraView:
    return CameraView(*(values.to(x) for values in view))
