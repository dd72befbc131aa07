"""Resizing against hand-computed values, MATLAB's published algorithm and Pillow."""

from __future__ import annotations

import math
from fractions import Fraction

import cv2
import numpy as np
import pytest
import torch
from image_files import random_image
from PIL import Image

from mmrestore.functional import resize

CUBIC_THIRDS = [-1, -2, 0, 9, 21, 27, 21, 9, 0, -2, -1]  # of 27, at distances of thirds


def line(values, new, **options):
    """Resize a row to ``new`` pixels."""
    x = torch.tensor(values, dtype=torch.float64)[None]
    return resize(x, size=(1, new), **options)[0]


def cubic(t):
    t = abs(t)
    if t <= 1:
        return Fraction(3, 2) * t**3 - Fraction(5, 2) * t**2 + 1
    if t <= 2:
        return -Fraction(1, 2) * t**3 + Fraction(5, 2) * t**2 - 4 * t + 2
    return Fraction(0)


def triangle(t):
    return max(1 - abs(t), Fraction(0))


def lanczos(t):
    if t == 0:
        return 1
    t = float(t)
    return math.sin(math.pi * t) * math.sin(math.pi * t / 3) * 3 / (math.pi * t) ** 2 * (abs(t) < 3)


def twin_row(values, new, scale, kernel=cubic, width=4, antialias=True):
    """A row as ``contributions`` of imresize.m makes it, in exact fractions, counted from 1."""
    scale, length = Fraction(scale), len(values)
    h, width = (kernel, Fraction(width))
    if scale < 1 and antialias:
        width = width / scale

        def h(t):
            return scale * kernel(scale * t)

    row = []
    for x in range(1, new + 1):
        u = x / scale + Fraction(1, 2) * (1 - 1 / scale)
        left = math.floor(u - width / 2)
        indices = range(left, left + math.ceil(width) + 2)
        weights = [h(u - index) for index in indices]
        mirror = [*range(1, length + 1), *range(length, 0, -1)]
        places = [mirror[(index - 1) % len(mirror)] for index in indices]
        total = sum(weights)
        row.append(
            sum(w / total * values[place - 1] for w, place in zip(weights, places, strict=True))
        )
    return row


def half_up(value, top=255):
    return min(max(math.floor(value + Fraction(1, 2)), 0), top)


def twin_image(rows, new, scale, rounded, **options):
    """An image of integers, vertical direction first, rounded after each direction or never."""
    end = half_up if rounded else (lambda value: value)
    columns = [twin_row(column, new[0], scale, **options) for column in zip(*rows, strict=True)]
    first = [[end(v) for v in row] for row in zip(*columns, strict=True)]
    return [[end(v) for v in twin_row(row, new[1], scale, **options)] for row in first]


def test_impulse_upscaled_by_3():
    """Keys' kernel at thirds: 7/9 and 1/3, then 0 and -2/27, -1/27."""
    y = line([0, 0, 0, 1, 0, 0, 0], 21) * 27
    assert y.round(decimals=9).tolist() == [0] * 5 + CUBIC_THIRDS + [0] * 5


def test_impulse_downscaled_by_4():
    """The kernel is four times as wide and a quarter as high: 3/8 and 5/8 to the center.

    1.5 (3/8)^3 - 2.5 (3/8)^2 + 1 = 745/1024 and, at 5/8, 399/1024; at 1 + 3/8 it is -75/1024, at
    1 + 5/8 it is -45/1024.
    """
    values = [0] * 20
    values[7] = 1  # between the middles of the new pixels 1 (5.5) and 2 (9.5)
    y = line(values, 5) * 4096
    assert y.tolist() == [-75, 745, 399, -45, 0]


def test_impulse_at_the_border_is_mirrored():
    """Downscaled by 2: pixel and mirror image, at 1/4 and 3/4, weigh 111/128 and 29/128."""
    assert (line([1, 0, 0, 0, 0, 0, 0, 0], 4) * 256).tolist() == [111 + 29, -9 - 3, 0, 0]


def test_ramp_is_kept_away_from_the_border():
    """Where the border is far a new pixel is the ramp at its place, as 4 i + 1.5."""
    ramp = list(range(40))
    assert line(ramp, 10)[2:-2].tolist() == [4 * i + 1.5 for i in range(2, 8)]
    expected = torch.tensor([(i + 0.5) / 3 - 0.5 for i in range(120)], dtype=torch.float64)
    torch.testing.assert_close(line(ramp, 120)[6:-6], expected[6:-6], atol=1e-12, rtol=0)


@pytest.mark.parametrize('scale', ['1/2', '1/3', '1/4', '2', '3', '4', '3/5', '7/4'])
@pytest.mark.parametrize('antialias', [True, False])
def test_against_the_published_algorithm(scale, antialias):
    rows = random_image(9, 14, channels=1)[..., 0].tolist()
    scale = Fraction(scale)
    new = [math.ceil(scale * side) for side in (9, 14)]
    exact = twin_image(rows, new, scale, False, antialias=antialias)
    x = torch.tensor(rows, dtype=torch.float64)
    y = resize(x, scale=float(scale), antialias=antialias)
    expected = torch.tensor([[float(v) for v in row] for row in exact], dtype=torch.float64)
    torch.testing.assert_close(y, expected, atol=1e-10, rtol=0)
    x = torch.tensor(rows, dtype=torch.uint8)
    y = resize(x, scale=float(scale), antialias=antialias)
    # Of halves and quarters sums are exact; those of thirds are never halves.
    assert y.tolist() == twin_image(rows, new, scale, True, antialias=antialias)


@pytest.mark.parametrize(
    ('kernel', 'function', 'width'), [('bilinear', triangle, 2), ('lanczos3', lanczos, 6)]
)
@pytest.mark.parametrize('scale', [Fraction(1, 4), Fraction(3)])
def test_other_kernels(kernel, function, width, scale):
    rows = random_image(9, 14, channels=1)[..., 0].tolist()
    new = [math.ceil(scale * side) for side in (9, 14)]
    exact = twin_image(rows, new, scale, False, kernel=function, width=width)
    expected = torch.tensor([[float(v) for v in row] for row in exact], dtype=torch.float64)
    y = resize(torch.tensor(rows, dtype=torch.float64), scale=float(scale), kernel=kernel)
    torch.testing.assert_close(y, expected, atol=1e-9, rtol=0)


def test_integers_are_rounded_in_between_and_halves_up():
    x = torch.tensor([[0, 1], [0, 1]], dtype=torch.uint8)
    assert resize(x, scale=0.5, kernel='bilinear').tolist() == [[1]]  # 0.5
    assert resize(x.double(), scale=0.5, kernel='bilinear').tolist() == [[0.5]]
    # 0.5, rounded up to 1 vertically, then (1 + 0) / 2 again; the mean of all four is 0.25
    x = torch.tensor([[1, 0], [0, 0]], dtype=torch.uint8)
    assert resize(x, scale=0.5, kernel='bilinear').tolist() == [[1]]


def test_integers_are_clipped():
    x = torch.zeros(8, 16, dtype=torch.uint8)
    x[:, 8:] = 255
    y = resize(x, scale=0.5).int()
    # The weights of the pixels at 3/4, 5/4 and 7/4 are 29, -9 and -3 of 256.
    assert y[0].tolist() == [0, 0, 0, 17, 238, 255, 255, 255]
    exact = [0, 0, -3 * 255 / 256, 17 * 255 / 256]
    assert resize(x.double(), scale=0.5)[0, :4].tolist() == exact
    x = torch.randint(0, 65536, (9, 14)).to(torch.uint16)
    y = resize(x, scale=0.25)
    exact = resize(x.double(), scale=0.25)
    assert y.dtype == torch.uint16 and (y.double() - exact).abs().max() <= 2


def test_the_direction_of_smaller_scale_is_filtered_first():
    rows = random_image(8, 12, channels=1)[..., 0]
    x = torch.from_numpy(rows)
    both = resize(x, size=(16, 3))
    assert both.equal(resize(resize(x, size=(8, 3)), size=(16, 3)))
    assert not both.equal(resize(resize(x, size=(16, 12)), size=(16, 3)))


@pytest.mark.parametrize('size', [(30, 24), (15, 60), (240, 301)])
def test_the_interior_is_that_of_pillow(size):
    image = torch.rand(120, 96, generator=torch.Generator().manual_seed(0))
    picture = Image.fromarray(image.numpy())
    theirs = np.asarray(picture.resize(size[::-1], Image.Resampling.BICUBIC))
    ours = resize(image, size=size).numpy()
    margins = [math.ceil(2 * max(new / old, 1)) for new, old in zip(size, (120, 96), strict=True)]
    inside = tuple(slice(margin, -margin) for margin in margins)
    np.testing.assert_allclose(ours[inside], theirs[inside], atol=2e-6)
    assert np.abs(ours - theirs).max() > 1e-3  # Pillow cuts the kernel off at the border


def test_opencv_differs():
    image = random_image(40, 48)
    ours = resize(torch.from_numpy(image).permute(2, 0, 1), scale=0.25).permute(1, 2, 0).numpy()
    theirs = cv2.resize(image, (12, 10), interpolation=cv2.INTER_CUBIC)
    assert np.abs(ours.astype(int) - theirs).mean() > 20


def test_symmetries_batches_and_types():
    x = torch.rand(2, 3, 13, 22, generator=torch.Generator().manual_seed(0))
    y = resize(x, scale=0.25)
    assert y.shape == (2, 3, 4, 6) and y.dtype == torch.float32
    torch.testing.assert_close(y[1, 2], resize(x[1, 2], scale=0.25))
    whole = x[..., :12, :20]  # multiples of 4, where the new grid is symmetric
    torch.testing.assert_close(
        resize(whole.flip(-1), scale=0.25), resize(whole, scale=0.25).flip(-1)
    )
    torch.testing.assert_close(resize(whole.mT, scale=0.25), resize(whole, scale=0.25).mT)
    torch.testing.assert_close(resize(x.double(), scale=0.25).float(), y)
    half = resize(x.bfloat16(), scale=0.25)
    assert half.dtype == torch.bfloat16
    assert half.equal(resize(x.bfloat16().float(), scale=0.25).bfloat16())
    with torch.autocast('cpu', torch.bfloat16):
        assert resize(x, scale=0.25).equal(y)
    constant = torch.full((1, 7, 9), 0.3)
    torch.testing.assert_close(resize(constant, scale=0.31), torch.full((1, 3, 3), 0.3))
    assert resize(x, scale=1.0).equal(x)
    tiny = resize(torch.tensor([[0.25]]), scale=4)  # the border is mirrored again and again
    torch.testing.assert_close(tiny, torch.full((4, 4), 0.25))


def test_gradients():
    x = torch.rand(1, 2, 9, 8, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda t: resize(t, scale=0.25), x)
    assert torch.autograd.gradcheck(lambda t: resize(t, scale=2), x[..., :3, :2])


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({}, 'either a positive scale or a positive size, got scale=None, size=None'),
        ({'scale': 2, 'size': (4, 4)}, 'either a positive scale'),
        ({'scale': 0}, 'scale=0'),
        ({'size': (0, 4)}, r'size=\(0, 4\)'),
        ({'scale': 2, 'kernel': 'cubic'}, "'bicubic', 'bilinear', 'lanczos3', got 'cubic'"),
    ],
)
def test_wrong_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        resize(torch.zeros(3, 4, 5), **options)


def test_wrong_images():
    with pytest.raises(TypeError, match='uint8, uint16 or floating point, got'):
        resize(torch.zeros(3, 4, 5, dtype=torch.int64), scale=2)
    for shape in ((5,), (3, 0, 5)):
        with pytest.raises(ValueError, match='expected images'):
            resize(torch.zeros(shape), scale=2)
