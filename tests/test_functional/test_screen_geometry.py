"""Screen geometry against single rays."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from mmrestore.functional.screen_geometry import CameraView, look_at, seen_places


def view(
    *, angles=(0, 0, 0), magnification=1.0, shift=(0, 0), distortion=0.0, focal_length=2.0, num=1
):
    values = (angles, magnification, shift, distortion, focal_length)
    tensors = (torch.tensor(value, dtype=torch.float64) for value in values)
    return CameraView(*(tensor.expand(num, *tensor.shape).clone() for tensor in tensors))


def follow(x, y, size, angles, magnification, shift, distortion, focal_length):
    """Slow twin: intersection of one ray with the rotated screen."""
    radius = np.hypot(x, y) / (np.hypot(*size) / 2)
    x, y = (value * (1 + distortion * radius**2) for value in (x, y))
    focal = focal_length * max(size)
    # Turned about the screen's own x axis, then the line of sight; y points down, z into the scene.
    yaw, pitch, roll = angles
    turn = Rotation.from_euler('z', roll, degrees=True) * Rotation.from_euler(
        'x', pitch, degrees=True
    )
    turn = turn * Rotation.from_euler('y', -yaw, degrees=True)
    middle = np.array([0, 0, focal / magnification])
    right, down = (turn.apply(axis) for axis in np.eye(3)[:2])
    ray = np.array([x, y, focal])
    # middle + u right + v down = t ray
    u, v, _ = np.linalg.solve(np.stack((right, down, -ray), axis=1), -middle)
    return u + shift[0], v + shift[1]


CASES = {
    'turned': {'angles': (10, -7, 20), 'magnification': 1.7},
    'yaw': {'angles': (25, 0, 0), 'focal_length': 1.0},
    'pitch': {'angles': (0, 25, 0), 'focal_length': 1.0},
    'roll': {'angles': (0, 0, 90), 'shift': (3, -2)},
    'barrel': {'distortion': 0.1, 'magnification': 0.6},
    'all': {
        'angles': (-12, 9, -5),
        'magnification': 2.1,
        'shift': (0.3, 0.4),
        'distortion': -0.05,
        'focal_length': 1.3,
    },
}


@pytest.mark.parametrize('case', CASES)
def test_against_single_rays(case):
    height, width = 5, 8
    arguments = {
        'angles': (0, 0, 0),
        'magnification': 1.0,
        'shift': (0, 0),
        'distortion': 0.0,
        'focal_length': 2.0,
        **CASES[case],
    }
    places = seen_places(view(**arguments), (height, width), supersampling=2)[0]
    for i in range(2 * height):
        for j in range(2 * width):
            x, y = (j + 0.5) / 2 - width / 2, (i + 0.5) / 2 - height / 2
            expected = follow(x, y, (height, width), **arguments)
            np.testing.assert_allclose(places[i, j].numpy(), expected, atol=1e-9)


def test_a_straight_view_sees_every_pixel():
    places = seen_places(view(num=2), (3, 4))
    assert places[1, 0, :, 0].tolist() == [-1.5, -0.5, 0.5, 1.5]
    assert places[1, :, 3, 1].tolist() == [-1, 0, 1]


def test_signs_of_the_angles():
    """Yaw and pitch turn the right and the lower side away: a pixel sees more of them."""
    turned = seen_places(view(angles=(20, 0, 0), focal_length=1.0), (9, 9))[0, 4, :, 0]
    steps = turned.diff()
    assert steps[-1] > 1.3 * steps[0] and (steps > 0).all()
    turned = seen_places(view(angles=(0, 20, 0), focal_length=1.0), (9, 9))[0, :, 4, 1]
    assert turned.diff()[-1] > 1.3 * turned.diff()[0]
    barrel = seen_places(view(distortion=0.1), (9, 9))[0, 0, 0]
    torch.testing.assert_close(barrel, torch.tensor([-4.0, -4.0]).double() * (1 + 0.1 * 64 / 81))


def test_looking_straight_returns_the_picture_and_the_border_is_mirrored():
    picture = torch.rand(2, 3, 5, 7, dtype=torch.float64)
    for mode in ('bilinear', 'bicubic'):
        torch.testing.assert_close(
            look_at(picture, seen_places(view(num=2), (5, 7)), (5, 7), mode=mode), picture
        )
    shifted = look_at(
        picture, seen_places(view(shift=(5, 0), num=2), (5, 7)), (5, 7), mode='bilinear'
    )
    torch.testing.assert_close(shifted[..., :2], picture[..., 5:])
    torch.testing.assert_close(shifted[..., 2:], picture.flip(-1)[..., :5])
