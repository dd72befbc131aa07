"""Unprocessing of photographs to raw Bayer mosaics, and raw processing back to photographs."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from mmrestore.deprecation import former_names
from mmrestore.functional.bayer_mosaic import demosaic, mosaic

# Color matrices of four cameras, from CIE XYZ to sensor colors, row by row.
XYZ_TO_CAMERA = (
    (1.0234, -0.2969, -0.2266, -0.5625, 1.6328, -0.0469, -0.0703, 0.2188, 0.6406),
    (0.4913, -0.0541, -0.0202, -0.6130, 1.3513, 0.2906, -0.1564, 0.2151, 0.7183),
    (0.8380, -0.2630, -0.0639, -0.2887, 1.0725, 0.2496, -0.0627, 0.1427, 0.5438),
    (0.6596, -0.2079, -0.0562, -0.4782, 1.3016, 0.1933, -0.0970, 0.1581, 0.5181),
)
RGB_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)


class CameraMetadata(NamedTuple):
    """Color matrix, brightness gain and white balance of the cameras of N images.

    Args:
        rgb_to_camera: matrix from linear RGB to sensor colors, (N, 3, 3); its rows sum to 1, so
            that gray stays gray.
        rgb_gain: brightness of the photograph relative to the raw image, (N,).
        red_gain: white balance of red relative to green, (N,).
        blue_gain: white balance of blue relative to green, (N,).
    """

    rgb_to_camera: Tensor
    rgb_gain: Tensor
    red_gain: Tensor
    blue_gain: Tensor


def draw_camera_metadata(
    num: int,
    *,
    device: torch.device | str | None = None,
    generator: torch.Generator | None = None,
) -> CameraMetadata:
    """Draw camera metadata for ``num`` images, float32.

    The color matrix is a convex combination of the matrices of four cameras; the weights are
    uniform and divided by their sum. 1 / rgb_gain is normal with mean 0.8 and standard deviation
    0.1; red_gain is uniform in [1.9, 2.4], blue_gain in [1.5, 1.9].

    Source: Brooks et al., "Unprocessing images for learned raw denoising", CVPR 2019, section 3,
    with the values of the authors' code.

    Args:
        num: number of images N.
        device: device of the result.
        generator: random generator on that device; the device's default generator if None.

    Examples:
        >>> metadata = draw_camera_metadata(1000)
        >>> metadata.rgb_to_camera.shape, round(metadata.blue_gain.mean().item(), 1)
        (torch.Size([1000, 3, 3]), 1.7)
    """

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return torch.empty(num, *shape, device=device).uniform_(low, high, generator=generator)

    weights = uniform(0, 1, len(XYZ_TO_CAMERA))
    inverse_gain = torch.randn(num, device=device, generator=generator) * 0.1 + 0.8
    return CameraMetadata(
        camera_matrix(weights), 1 / inverse_gain, uniform(1.9, 2.4), uniform(1.5, 1.9)
    )


def camera_matrix(weights: Tensor) -> Tensor:
    """Mix the four camera matrices by weights (N, 4): linear RGB to sensor colors, (N, 3, 3).

    Examples:
        >>> camera_matrix(torch.tensor([[1.0, 0.0, 0.0, 1.0]]))[0]
        tensor([[ 0.7388,  0.2632, -0.0019],
                [ 0.0939,  0.8286,  0.0775],
                [ 0.0227,  0.2351,  0.7422]])
    """
    from_xyz = weights.new_tensor(XYZ_TO_CAMERA).view(4, 3, 3)
    shares = weights / weights.sum(dim=1, keepdim=True)
    # Sums of products instead of a matrix product, which may run in TF32 with three digits.
    mixed = (shares[:, :, None, None] * from_xyz).sum(dim=1)  # (N, sensor, XYZ)
    matrix = (mixed[:, :, :, None] * weights.new_tensor(RGB_TO_XYZ)).sum(dim=2)  # (N, sensor, RGB)
    return matrix / matrix.sum(dim=-1, keepdim=True)


def unprocess(x: Tensor, metadata: CameraMetadata) -> Tensor:
    """Turn photographs (N, 3, H, W) into plausible raw Bayer mosaics.

    Tone curve and gamma are inverted, RGB is converted to sensor colors, brightness gain and white
    balance are inverted, and each pixel keeps one color.

    Source: Brooks et al. 2019, section 3.

    Args:
        x: floating-point RGB images of even height and width; values are clamped to [0, 1].
        metadata: camera metadata of each image.

    Returns:
        The planes R, G, G, B of the mosaic, (N, 4, H/2, W/2) in [0, 1].

    Raises:
        TypeError: ``x`` is not floating point.
        ValueError: ``x`` does not have three channels, or its height or width is odd.

    Examples:
        >>> gray = torch.full((1, 3, 2, 2), 0.5)
        >>> camera = CameraMetadata(torch.eye(3)[None], *torch.tensor([[1.25], [2.0], [1.6]]))
        >>> unprocess(gray, camera).flatten()  # 0.5^2.2 = 0.2176, divided by the gains
        tensor([0.0871, 0.1741, 0.1741, 0.1088])
    """
    if not x.is_floating_point():
        raise TypeError(f'expected floating-point images in [0, 1], got {x.dtype}: divide by 255')
    if x.ndim != 4 or x.shape[1] != 3:
        raise ValueError(f'expected RGB images (N, 3, H, W), got shape {tuple(x.shape)}')
    linear = gamma_expansion(inverse_smoothstep(x))
    sensor = invert_gains(apply_color_matrix(linear, metadata.rgb_to_camera), metadata)
    return mosaic(sensor.clamp(0, 1))


def process_raw(raw: Tensor, metadata: CameraMetadata) -> Tensor:
    """Turn raw Bayer mosaics (N, 4, H/2, W/2) into photographs (N, 3, H, W) in [0, 1].

    The steps are white balance, demosaicing, color matrix and gamma. Tone curve and brightness
    gain, which :func:`unprocess` inverts, are not applied again: the result has less contrast and
    darker highlights than the photograph.

    Source: Brooks et al. 2019, section 3, and the raw processing of the authors' code.

    Args:
        raw: planes R, G, G, B; values may lie outside [0, 1].
        metadata: camera metadata of each image.

    Examples:
        >>> white = torch.ones(1, 3, 2, 4)
        >>> metadata = draw_camera_metadata(1)
        >>> round(process_raw(unprocess(white, metadata), metadata).mean().item(), 3)
        1.0
    """
    red, blue = metadata.red_gain, metadata.blue_gain
    gains = torch.stack((red, torch.ones_like(red), torch.ones_like(red), blue), dim=1)  # (N, 4)
    colors = demosaic((raw * gains[:, :, None, None].to(raw)).clamp(0, 1))
    # linalg.inv would make the CPU wait for the GPU.
    camera_to_rgb = torch.linalg.inv_ex(metadata.rgb_to_camera).inverse
    return gamma_compression(apply_color_matrix(colors, camera_to_rgb).clamp(0, 1))


def inverse_smoothstep(x: Tensor) -> Tensor:
    """Invert the tone curve 3 x^2 - 2 x^3; values are clamped to [0, 1].

    Examples:
        >>> inverse_smoothstep(torch.tensor([0.0, 0.15625, 0.5, 1.0]))
        tensor([0.0000, 0.2500, 0.5000, 1.0000])
    """
    return 0.5 - torch.sin(torch.asin(1 - 2 * x.clamp(0, 1)) / 3)


def gamma_expansion(x: Tensor) -> Tensor:
    """Return ``x ** 2.2`` with ``x`` clamped to at least 1e-8.

    Examples:
        >>> gamma_expansion(torch.tensor([0.5, 1.0]))
        tensor([0.2176, 1.0000])
    """
    return x.clamp(min=1e-8) ** 2.2


def gamma_compression(x: Tensor) -> Tensor:
    """Return ``x ** (1 / 2.2)`` with ``x`` clamped to at least 1e-8: at least 0.00023.

    Examples:
        >>> gamma_compression(torch.tensor([0.2176, 1.0]))
        tensor([0.5000, 1.0000])
    """
    return x.clamp(min=1e-8) ** (1 / 2.2)


def apply_color_matrix(x: Tensor, matrix: Tensor) -> Tensor:
    """Multiply the colors of each pixel, (N, 3, H, W), by the matrix of its image, (N, 3, 3).

    Examples:
        >>> matrix = torch.tensor([[[0.0, 1.0, 0.0], [0.0, 0.0, 2.0], [1.0, 1.0, 1.0]]])
        >>> apply_color_matrix(torch.tensor([1.0, 2.0, 3.0]).view(1, 3, 1, 1), matrix).flatten()
        tensor([2., 6., 6.])
    """
    columns = matrix.to(x)[..., None, None].unbind(dim=2)  # three of (N, 3, 1, 1)
    red, green, blue = x.split(1, dim=1)
    return columns[0] * red + columns[1] * green + columns[2] * blue


def invert_gains(x: Tensor, metadata: CameraMetadata) -> Tensor:
    """Invert brightness gain and white balance, and keep nearly white pixels white.

    Let g be an inverted gain. Where the mean of the three colors is above 0.9, g is replaced by
    max(k + (1 - k) g, g), with k = ((mean - 0.9) / 0.1)^2.

    Args:
        x: sensor colors, (N, 3, H, W).
        metadata: camera metadata of each image.

    Examples:
        >>> metadata = CameraMetadata(torch.eye(3)[None], *torch.tensor([[1.25], [2.0], [1.6]]))
        >>> invert_gains(torch.tensor([0.5, 1.0]).expand(1, 3, 1, 2), metadata).squeeze()
        tensor([[0.2000, 1.0000],
                [0.4000, 1.0000],
                [0.2500, 1.0000]])
    """
    red, blue = metadata.red_gain, metadata.blue_gain
    gains = torch.stack((1 / red, torch.ones_like(red), 1 / blue), dim=1)  # (N, 3)
    gains = (gains / metadata.rgb_gain[:, None])[:, :, None, None].to(x)
    guard = ((x.mean(dim=1, keepdim=True) - 0.9).clamp(min=0) / 0.1) ** 2
    return x * torch.maximum(guard + (1 - guard) * gains, gains)


__getattr__ = former_names(
    __name__, {'apply_colour_matrix': apply_color_matrix}, since='0.2', removed='0.4'
)
