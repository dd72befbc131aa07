"""Projection of sensor pixels onto a photographed screen."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class CameraView(NamedTuple):
    """Geometry of camera and screen for each of N photographs.

    Args:
        angles: yaw, pitch and roll of the screen relative to the sensor in degrees, (N, 3). The
            screen is rotated about its vertical axis (right side away from the camera), then about
            the horizontal axis (lower side away), then clockwise about the line of sight.
        magnification: sensor pixels per display pixel at the center of an untilted screen, (N,).
        shift: aim of the camera on the picture, (N, 2), in display pixels to the right of its
            center and below it.
        distortion: radial lens distortion k, (N,): a point at distance r (1 + k r^2) from the
            center is imaged at r, in units of half the diagonal. Negative values are pincushion
            distortion, positive values barrel distortion.
        focal_length: focal length in units of the longer side of the photograph, (N,); smaller
            values give stronger perspective.
    """

    angles: Tensor
    magnification: Tensor
    shift: Tensor
    distortion: Tensor
    focal_length: Tensor


def seen_places(view: CameraView, size: tuple[int, int], *, supersampling: int = 1) -> Tensor:
    """Return the screen coordinates that a sensor of ``size`` sees, (N, sH, sW, 2).

    The ray of each sensor sample is corrected for lens distortion and intersected with the screen
    plane.

    Args:
        view: geometry of camera and screen.
        size: height and width of the photograph in pixels.
        supersampling: number s of samples along each side of a sensor pixel, at the centers of
            s x s equal cells.

    Returns:
        x to the right and y downwards from the center of the picture, in display pixels.

    Examples:
        >>> zero = torch.zeros(1)
        >>> aim = torch.tensor([[5.0, 0.0]])
        >>> view = CameraView(torch.zeros(1, 3), zero + 2, aim, zero, zero + 2)
        >>> seen_places(view, (2, 2))[0, 0]  # half a sensor pixel is a quarter of a display pixel
        tensor([[ 4.7500, -0.2500],
                [ 5.2500, -0.2500]])
    """
    height, width = size
    down, across = (
        (torch.arange(side * supersampling).to(view.angles) + 0.5) / supersampling - side / 2
        for side in size
    )
    y, x = torch.meshgrid(down, across, indexing='ij')  # (sH, sW) each
    radius = (x**2 + y**2) * (4 / (height**2 + width**2))  # squared
    bend = 1 + view.distortion[:, None, None] * radius
    x, y = x * bend, y * bend  # (N, sH, sW)
    focal_length = view.focal_length * max(size)
    matrix = _to_screen(view, focal_length)[..., None, None]  # (N, 3, 3, 1, 1)
    right, below, depth = (row[:, 0] * x + row[:, 1] * y + row[:, 2] for row in matrix.unbind(1))
    places = torch.stack((right / depth, below / depth), dim=-1)
    return places + view.shift[:, None, None]


def _to_screen(view: CameraView, focal_length: Tensor) -> Tensor:
    """Return the homographies (N, 3, 3) from sensor (x, y, 1) to the screen plane.

    Let f be the focal length, D = f / magnification the distance of the screen, and a, b and n its
    axes and normal in camera coordinates. The ray d = (x, y, f) meets the plane through (0, 0, D)
    at p = D n_z d / (n d). The screen coordinates of p are the products of p - (0, 0, D) with a and
    b.
    """
    axes = _rotation(view.angles)  # (N, which axis, xyz)
    distance = focal_length / view.magnification
    normal = axes[:, 2]
    rows = [
        (normal[:, 2:] * axes[:, i] - axes[:, i, 2:] * normal) * distance[:, None] for i in (0, 1)
    ]
    matrix = torch.stack((*rows, normal), dim=1)  # acts on (x, y, f)
    return torch.cat((matrix[..., :2], matrix[..., 2:] * focal_length[:, None, None]), dim=-1)


def _rotation(angles: Tensor) -> Tensor:
    """Return the screen axes in camera coordinates, one per row."""
    yaw, pitch, roll = torch.deg2rad(angles).unbind(1)
    zero, one = torch.zeros_like(yaw), torch.ones_like(yaw)
    cos, sin = torch.cos, torch.sin

    def matrix(*entries: Tensor) -> Tensor:
        return torch.stack(entries, dim=1).view(-1, 3, 3)

    about_y = matrix(cos(yaw), zero, sin(yaw), zero, one, zero, -sin(yaw), zero, cos(yaw))
    about_x = matrix(one, zero, zero, zero, cos(pitch), sin(pitch), zero, -sin(pitch), cos(pitch))
    about_z = matrix(cos(roll), sin(roll), zero, -sin(roll), cos(roll), zero, zero, zero, one)
    # Sums of products instead of matrix products, which may run in TF32 with three digits.
    turned = (about_y[:, :, :, None] * about_x[:, None]).sum(dim=2)
    return (turned[:, :, :, None] * about_z[:, None]).sum(dim=2)


def look_at(x: Tensor, places: Tensor, picture_size: tuple[int, int], *, mode: str) -> Tensor:
    """Sample a screen image (N, C, H, W) at screen coordinates (N, h, w, 2).

    Beyond the border the image is mirrored.

    Args:
        x: image on the screen, in any resolution.
        places: screen coordinates from :func:`seen_places`.
        picture_size: height and width of the picture on the screen in display pixels.
        mode: ``'bilinear'`` or ``'bicubic'`` interpolation.

    Examples:
        >>> x = torch.arange(4.0).view(1, 1, 1, 4)
        >>> look_at(x, torch.tensor([[[[-1.5, 0.0], [0.0, 0.0]]]]), (1, 4), mode='bilinear')
        tensor([[[[0.0000, 1.5000]]]])
    """
    height, width = picture_size
    normal = places * places.new_tensor((2 / width, 2 / height))
    return F.grid_sample(x, normal, mode, padding_mode='reflection', align_corners=False)
