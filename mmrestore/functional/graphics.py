"""Synthetic text, shapes and weaves: content that denoisers trained on photographs erase."""

from __future__ import annotations

import math

import cv2
import numpy as np
import torch
from torch import Tensor

from mmrestore.functional.unit_range import to_unit_range

LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;!?%&()+-=/'
FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)
TWICE = 2  # factor of the drawing resolution; downscaling then smooths edges


def draw_graphics(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Draw a picture (H, W, 3), uint8: text, shapes or a weave on a color gradient.

    Three kinds of pictures are equally likely: lines of text; lines and shapes; a weave of two
    crossing waves. Some pictures are blurred slightly.

    Args:
        height: number of rows.
        width: number of columns.
        rng: random generator.

    Examples:
        >>> image = draw_graphics(24, 32, np.random.default_rng(0))
        >>> image.shape, image.dtype, bool(image.std() > 5)
        ((24, 32, 3), dtype('uint8'), True)
    """
    canvas = _gradient(TWICE * height, TWICE * width, rng)
    kinds = (_write_text, _draw_shapes, _weave)
    canvas = kinds[rng.integers(len(kinds))](canvas, rng)
    soft = rng.uniform(0.0, 1.2)
    if soft > 0.3:
        canvas = cv2.GaussianBlur(canvas, (0, 0), TWICE * soft)
    return cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)


def graphics_like(x: Tensor) -> Tensor:
    """Return one picture of :func:`draw_graphics` for each of the images (N, 3, H, W).

    The pictures are seeded from PyTorch's global CPU generator.

    Raises:
        ValueError: the images do not have three channels.

    Examples:
        >>> graphics_like(torch.zeros(2, 3, 16, 20)).shape
        torch.Size([2, 3, 16, 20])
    """
    if x.ndim != 4 or x.shape[1] != 3:
        raise ValueError(
            f'graphics are drawn in color: expected images (N, 3, H, W), got {tuple(x.shape)}'
        )
    rng = np.random.default_rng(int(torch.randint(2**62, ())))
    height, width = x.shape[-2:]
    drawn = np.stack([draw_graphics(height, width, rng) for _ in range(len(x))])
    return to_unit_range(torch.from_numpy(drawn).to(x.device), dtype=x.dtype).permute(0, 3, 1, 2)


def _color(rng: np.random.Generator) -> tuple[float, float, float]:
    gray = rng.uniform(0, 255)
    red, green, blue = np.clip(gray + rng.normal(0, rng.uniform(0, 60), 3), 0, 255)
    return float(red), float(green), float(blue)


def _gradient(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    corners = np.array([_color(rng)] * 4 if rng.random() < 0.5 else [_color(rng) for _ in '1234'])
    small = corners.reshape(2, 2, 3).astype(np.float32)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(large.round().clip(0, 255).astype(np.uint8))


def _write_text(canvas: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = canvas.shape[:2]
    font, scale = int(rng.choice(FONTS)), float(rng.uniform(0.6, 3.0))
    thickness, color = int(rng.integers(1, 4)), _color(rng)
    step = int(scale * rng.uniform(28, 40))
    for row in range(int(rng.integers(step)), height + step, step):
        length = int(rng.integers(3, 2 + max(4, int(width / (10 * scale)))))
        text = ''.join(rng.choice(list(LETTERS + '    '), length))
        place = (int(rng.integers(-step, max(1, width // 4))), row)
        cv2.putText(canvas, text, place, font, scale, color, thickness, cv2.LINE_AA)
    return _turned(canvas, rng)


def _draw_shapes(canvas: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = canvas.shape[:2]
    for _ in range(int(rng.integers(3, 14))):
        points = (rng.uniform(-0.2, 1.2, (int(rng.integers(2, 6)), 2)) * (width, height)).astype(
            int
        )
        color = _color(rng)
        if len(points) == 2:
            first, last = (tuple(map(int, point)) for point in points)
            cv2.line(canvas, first, last, color, int(rng.integers(1, 9)), cv2.LINE_AA)
        elif rng.random() < 0.4:
            axes = tuple(int(n) for n in rng.uniform(2, 0.4 * min(height, width), 2))
            filled = -1 if rng.random() < 0.5 else int(rng.integers(1, 6))
            center = tuple(map(int, points[0]))
            cv2.ellipse(
                canvas, center, axes, rng.uniform(0, 360), 0, 360, color, filled, cv2.LINE_AA
            )
        else:
            cv2.fillPoly(canvas, [points], color, cv2.LINE_AA)
    return canvas


def _weave(canvas: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = canvas.shape[:2]
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    angle, contrast = rng.uniform(0, math.pi), rng.uniform(4, 50)
    along = columns * math.cos(angle) + rows * math.sin(angle)
    across = rows * math.cos(angle) - columns * math.sin(angle)
    waves = [
        np.sin(2 * math.pi * t / (TWICE * rng.uniform(2.5, 12)) + rng.uniform(0, 6.3))
        for t in (along, across)
    ]
    pattern = waves[0] * waves[1] if rng.random() < 0.5 else waves[0] + waves[1] * rng.random()
    tint = np.array(_color(rng)) / 255 if rng.random() < 0.3 else np.ones(3)
    woven = canvas + contrast * pattern[..., None] * tint
    return woven.clip(0, 255).astype(np.uint8)


def _turned(canvas: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rotate half of the pictures by up to 15 degrees."""
    height, width = canvas.shape[:2]
    angle = 0.0 if rng.random() < 0.5 else float(rng.uniform(-15, 15))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return cv2.warpAffine(canvas, turn, (width, height), borderMode=cv2.BORDER_REFLECT_101)
