"""From the pixels of a camera to the places of a screen that they see."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class CameraView(NamedTuple):
    """How a camera sees a screen, for each of N photographs.

    Args:
        angles: yaw, pitch and roll of the screen against the sensor, (N, 3), in degrees: it is
            turned about its vertical axis (its right side away), then about the horizontal axis
            (the lower side away) and then, clockwise, about the line of sight.
        magnification: sensor pixels for each pixel of a screen that is not tilted, in the middle,
            (N,).
        shift: the place of the picture that the camera aims at, (N, 2), in display pixels to the
            right of its middle and below.
        distortion: the lens's radial distortion k, (N,): what would be at the distance
            r (1 + k r^2) from the middle is seen at r, in units of half the diagonal. Below 0 it is
            a pincushion, above a barrel.
        focal_length: in larger sides of the photograph, (N,); the smaller the stronger the
            perspective.
    """

    angles: Tensor
    magnification: Tensor
    shift: Tensor
    distortion: Tensor
    focal_length: Tensor


def seen_places(view: CameraView, size: tuple[int, int], *, supersampling: int = 1) -> Tensor:
    """Return the places of the screen that a sensor of ``size`` sees, (N, sH, sW, 2).

    The ray of every sample of the sensor is bent back as the lens bent it and followed to the plane
    of the screen.

    Args:
        view: how the camera sees the screen.
        size: height and width of the photograph in pixels.
        supersampling: the number s of samples along both sides of a sensor pixel, in the middle of
            s x s equal parts.

    Returns:
        x to the right and y downwards from the middle of the picture, in display pixels.

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
    """Return the homographies (N, 3, 3) from sensor (x, y, 1) to the plane of the screen.

    With f the focal length, D = f / magnification the distance of the screen, a and b its axes and
    n its normal as the camera sees them, the ray d = (x, y, f) meets the plane through (0, 0, D) at
    D n_z d / (n d); of the way to there from (0, 0, D), a and b take the coordinates.
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
    """Return the axes of the screen, in rows, as the camera sees them."""
    yaw, pitch, roll = torch.deg2rad(angles).unbind(1)
    zero, one = torch.zeros_like(yaw), torch.ones_like(yaw)
    cos, sin = torch.cos, torch.sin

    def matrix(*entries: Tensor) -> Tensor:
        return torch.stack(entries, dim=1).view(-1, 3, 3)

    about_y = matrix(cos(yaw), zero, sin(yaw), zero, one, zero, -sin(yaw), zero, cos(yaw))
    about_x = matrix(one, zero, zero, zero, cos(pitch), sin(pitch), zero, -sin(pitch), cos(pitch))
    about_z = matrix(cos(roll), sin(roll), zero, -sin(roll), cos(roll), zero, zero, zero, one)
    # Sums of products, not products of matrices: these may run in TF32, with three digits.
    turned = (about_y[:, :, :, None] * about_x[:, None]).sum(dim=2)
    return (turned[:, :, :, None] * about_z[:, None]).sum(dim=2)


def look_at(x: Tensor, places: Tensor, picture_size: tuple[int, int], *, mode: str) -> Tensor:
    """Sample what is on a screen (N, C, H, W) at places (N, h, w, 2) of it.

    Beyond its border the screen goes on mirrored.

    Args:
        x: what is on the screen, in any resolution.
        places: as :func:`seen_places` returns them.
        picture_size: height and width of the picture on the screen in display pixels.
        mode: ``'bilinear'`` or ``'bicubic'`` interpolation between the samples of ``x``.

    Examples:
        >>> x = torch.arange(4.0).view(1, 1, 1, 4)
        >>> look_at(x, torch.tensor([[[[-1.5, 0.0], [0.0, 0.0]]]]), (1, 4), mode='bilinear')
        tensor([[[[0.0000, 1.5000]]]])
    """
    height, width = picture_size
    normal = places * places.new_tensor((2 / width, 2 / height))
    return F.grid_sample(x, normal, mode, padding_mode='reflection', align_corners=False)
