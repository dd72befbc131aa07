"""Scenes drawn at random: a lit room with a few bodies in it, as plain data for Mitsuba."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import Any

import numpy as np

FLOOR_PLACES = ((-0.5, -0.42), (0.5, -0.42), (-0.47, 0.4), (0.47, 0.4))  # x, z
# Where a wall stands, and its normal, which points into the room.
WALLS: dict[str, tuple[Sequence[float], Sequence[float]]] = {
    'floor': ((0, -1, 0), (0, 1, 0)),
    'ceiling': ((0, 1, 0), (0, -1, 0)),
    'back': ((0, 0, -1), (0, 0, 1)),
    'left': ((-1, 0, 0), (1, 0, 0)),
    'right': ((1, 0, 0), (-1, 0, 0)),
}


def draw_scene(seed: int) -> dict[str, Any]:
    """Draw a scene: five walls, a lamp that shines upwards, pictures, three or four bodies.

    Most of what the camera sees is lit indirectly: with 64 samples per pixel such images are as
    noisy as the test sets of papers. There is no glass, and no metal is smoother than a roughness
    of 0.3, because the few bright paths along them do not converge.

    The radiance of the lamp is 1; the brightness of images is to be set afterwards.

    Args:
        seed: the scene depends on it alone.

    Returns:
        A dictionary as Mitsuba loads it, with a 4 x 4 matrix in every ``to_world``, without sensor
        and integrator.

    Examples:
        >>> scene = draw_scene(0)
        >>> scene['floor']['type'], scene['lamp']['emitter']['radiance']['value']
        ('rectangle', 1.0)
    """
    rng = np.random.RandomState(seed)  # its numbers are the same in every version of NumPy
    scene: dict[str, Any] = {'type': 'scene'}
    for name, (place, normal) in WALLS.items():
        scene[name] = {
            'type': 'rectangle',
            'to_world': translation(place) @ facing(normal),
            'bsdf': _paint(rng, plain=name not in ('floor', 'back') or rng.rand() < 0.5),
        }
    azimuth, elevation = rng.uniform((0, 0.6), (2 * np.pi, 1.5))
    direction = (np.sin(azimuth), np.tan(elevation), np.cos(azimuth))
    width, height = rng.uniform(0.15, 0.3, 2)
    scene['lamp'] = {
        'type': 'rectangle',
        'to_world': translation(rng.uniform((-0.5, 0.45, -0.5), (0.5, 0.65, 0.1)))
        @ facing(direction)
        @ scaling(width, height, 1),
        'bsdf': {'type': 'twosided', 'paint': _diffuse(_color(rng))},
        'emitter': {'type': 'area', 'radiance': {'type': 'rgb', 'value': 1.0}},
    }
    for i in range(rng.randint(1, 4)):
        center = [*rng.uniform(-0.7, 0.7, 2), -0.99 + 0.002 * i]
        width, height = rng.uniform(0.1, 0.25, 2)
        scene[f'picture_{i}'] = {
            'type': 'rectangle',
            'to_world': translation(center) @ scaling(width, height, 1),
            'bsdf': _paint(rng, plain=rng.rand() < 0.5),
        }
    places = rng.permutation(FLOOR_PLACES)[: rng.randint(3, 5)]
    for i, (x, z) in enumerate(places + rng.uniform(-0.08, 0.08, places.shape)):
        scene[f'body_{i}'] = _body(rng, x, z)
    return scene


def draw_camera(seed: int) -> dict[str, Any]:
    """Draw a camera that looks into the room of the scene of that seed, without its film.

    Examples:
        >>> float(draw_camera(0)['to_world'][2, 3])  # its distance from the center of the room
        3.4
    """
    rng = np.random.RandomState(seed)
    origin = np.array([*rng.uniform(-0.12, 0.12, 2), 3.4])
    target = np.array([*rng.uniform(-0.05, 0.05, 2), 0])
    to_world = translation(origin) @ facing(target - origin)
    return {'type': 'perspective', 'fov': 39.0, 'to_world': to_world}


def facing(direction: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return the rotation (4, 4) that turns the z axis into ``direction``, and keeps y upright.

    Examples:
        >>> (facing((2, 0, 0)) @ (0, 0, 1, 1)).round(6).tolist()
        [1.0, 0.0, 0.0, 1.0]
    """
    forward = np.asarray(direction, dtype=np.float64)
    forward = forward / np.linalg.norm(forward)
    up = (0, 0, 1) if abs(forward[1]) > 0.9 else (0, 1, 0)
    left = np.cross(up, forward)
    left /= np.linalg.norm(left)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack((left, np.cross(forward, left), forward), axis=1)
    return matrix


def translation(offset: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return the matrix (4, 4) that moves points by ``offset``.

    Examples:
        >>> (translation((1, 2, 3)) @ (1, 1, 1, 1)).tolist()
        [2.0, 3.0, 4.0, 1.0]
    """
    matrix = np.eye(4)
    matrix[:3, 3] = offset
    return matrix


def scaling(x: float, y: float, z: float) -> np.ndarray:
    """Return the matrix (4, 4) that multiplies the three coordinates of points.

    Examples:
        >>> (scaling(1, 2, 3) @ (1, 1, 1, 1)).tolist()
        [1.0, 2.0, 3.0, 1.0]
    """
    return np.diag([x, y, z, 1.0])


def _body(rng: np.random.RandomState, x: float, z: float) -> dict[str, Any]:
    """Draw a sphere or a box that stands on the floor and fits between its neighbors."""
    if rng.rand() < 0.5:
        radius = rng.uniform(0.2, 0.3)
        to_world = translation((x, radius - 1, z)) @ scaling(radius, radius, radius)
        return {'type': 'sphere', 'to_world': to_world, 'bsdf': _material(rng)}
    width, depth, height = rng.uniform((0.15, 0.15, 0.2), (0.24, 0.24, 0.6))
    angle = rng.uniform(0, np.pi)
    turn = facing((np.sin(angle), 0, np.cos(angle)))
    to_world = translation((x, height - 1, z)) @ turn @ scaling(width, height, depth)
    return {'type': 'cube', 'to_world': to_world, 'bsdf': _material(rng)}


def _material(rng: np.random.RandomState) -> dict[str, Any]:
    kind = rng.rand()
    if kind < 0.7:
        return _paint(rng, plain=kind < 0.4)
    return {
        'type': 'roughconductor',
        'material': 'none',
        'alpha': rng.uniform(0.3, 0.6),
        'specular_reflectance': {'type': 'rgb', 'value': _color(rng)},
    }


def _paint(rng: np.random.RandomState, *, plain: bool) -> dict[str, Any]:
    if plain:
        return _diffuse(_color(rng))
    tiles = rng.randint(2, 7)
    return {
        'type': 'diffuse',
        'reflectance': {
            'type': 'checkerboard',
            'color0': {'type': 'rgb', 'value': _color(rng)},
            'color1': {'type': 'rgb', 'value': _color(rng)},
            'to_uv': scaling(tiles, tiles, 1),
        },
    }


def _diffuse(color: list[float]) -> dict[str, Any]:
    return {'type': 'diffuse', 'reflectance': {'type': 'rgb', 'value': color}}


def _color(rng: np.random.RandomState) -> list[float]:
    """Draw a reflectance; at most 0.8, so that light does not wander for long."""
    hue, saturation, value = rng.uniform((0, 0.1, 0.3), (1, 0.8, 0.8))
    return list(colorsys.hsv_to_rgb(hue, saturation, value))
