"""Images that two data sets share are found by what they hold, not by their names."""

from __future__ import annotations

import shutil

import cv2
import numpy as np
import pytest
from image_files import random_image, write_image, write_images

from mmrestore.datasets import common_images as module
from mmrestore.datasets.common_images import common_images
from mmrestore.datasets.image_file import inspect_image


def sizes(*files):
    return {str(file): inspect_image(file) for file in files}


@pytest.fixture
def train(tmp_path):
    write_images(tmp_path / 'train', *(f'{i}.png' for i in range(5)), height=20, width=30)
    return sorted((tmp_path / 'train').iterdir())


def test_renamed_copies_and_other_formats_of_the_same_pixels(train, tmp_path):
    copy, other = tmp_path / 'copy.png', tmp_path / 'test' / 'other.png'
    shutil.copy(train[3], copy)
    write_image(other, random_image(20, 30, seed=99))
    again = tmp_path / 'again.png'
    pixels = cv2.imread(str(train[1]))
    assert cv2.imwrite(str(again), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 0])
    bitmap = tmp_path / 'bitmap.bmp'
    assert cv2.imwrite(str(bitmap), pixels)
    found = common_images(sizes(*train), sizes(copy, other, again, bitmap, train[0]))
    assert found == {
        str(copy): str(train[3]),
        str(again): str(train[1]),
        str(bitmap): str(train[1]),
        str(train[0]): str(train[0]),
    }
    assert list(found) == [str(file) for file in (copy, again, bitmap, train[0])]


def test_files_of_one_length_that_differ_in_a_byte(tmp_path):
    """Bitmaps of one size have one length; the byte is not in the part that is compared first."""
    image = random_image(200, 300)
    other = image.copy()
    other[70, 40, 1] ^= 1
    for name, pixels in (('a', image), ('b', other), ('c', image)):
        write_image(tmp_path / f'{name}.bmp', pixels)
    a, b, c = (tmp_path / f'{name}.bmp' for name in 'abc')
    assert module._middle(str(a)) == module._middle(str(b))
    assert common_images(sizes(a), sizes(b, c)) == {str(c): str(a)}


def test_only_as_many_pixels_are_decoded_as_is_stated(train, tmp_path, monkeypatch):
    bitmap = tmp_path / 'bitmap.bmp'
    assert cv2.imwrite(str(bitmap), cv2.imread(str(train[1])))
    for limit, number in ((6 * 600, 1), (6 * 600 - 1, 0)):
        monkeypatch.setattr(module, 'MOST_PIXELS', limit)
        assert len(common_images(sizes(*train), sizes(bitmap))) == number


def test_files_that_are_gone_or_damaged_are_like_no_other(train, tmp_path):
    known, others = sizes(*train), sizes(train[2])
    train[2].unlink()
    assert common_images(known, others) == {}
    bad = [tmp_path / 'bad.png', tmp_path / 'worse.png']
    for number, file in enumerate(bad):
        file.write_bytes(b'\0' * (9 + number))
    size = inspect_image(train[0])
    assert common_images({str(bad[0]): size}, {str(bad[1]): size}) == {}
    assert common_images({}, known) == common_images(known, {}) == {}


def test_gray_and_color_of_the_same_pixels_agree(tmp_path):
    gray = random_image(20, 30, channels=1)
    write_image(tmp_path / 'gray.png', gray)
    write_image(tmp_path / 'color.png', np.repeat(gray, 3, axis=2))
    files = [tmp_path / name for name in ('gray.png', 'color.png')]
    assert len(common_images(sizes(files[0]), sizes(files[1]))) == 1
