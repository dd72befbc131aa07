"""Pictures are turned as their orientation says, and say so in all places."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from image_files import random_image
from PIL import ExifTags, Image, ImageOps

from mmrestore.datasets.picture import Picture
from mmrestore.datasets.upright import upright, with_upright_exif


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[ExifTags.Base.Make] = 'Camera of a long name'
    tags[ExifTags.Base.Orientation] = orientation
    return tags.tobytes().removeprefix(b'Exif\0\0')


@pytest.mark.parametrize('orientation', range(1, 9))
def test_pixels_and_tags_agree_with_pillow(orientation):
    values = random_image(5, 7, channels=4)
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, 'PNG', exif=tags)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(buffer)))
    picture = Picture(
        values[..., :3],
        values[..., 3],
        orientation=orientation,
        exif=exif(orientation),
        xmp=b'<a tiff:Orientation="%d"/><tiff:Orientation>%d</tiff:Orientation>'
        % (orientation, orientation),
        resolution=(300.0, 150.0, 'inch'),
    )
    turned = upright(picture)
    assert np.array_equal(np.dstack([turned.pixels, turned.alpha]), expected)
    assert turned.orientation == 1
    assert turned.exif == exif(1)
    assert turned.xmp == b'<a tiff:Orientation="1"/><tiff:Orientation>1</tiff:Orientation>'
    assert turned.resolution[:2] == ((150.0, 300.0) if orientation > 4 else (300.0, 150.0))
    assert upright(replace(picture, exif=None, xmp=None, resolution=None)).exif is None


def test_both_byte_orders_and_damaged_exif():
    little = exif(6)
    big = b'MM\0*\0\0\0\x08\0\x01' + b'\x01\x12\0\x03\0\0\0\x01\0\x06\0\0' + bytes(4)
    assert with_upright_exif(big) == big.replace(b'\0\x06\0\0', b'\0\x01\0\0')
    for cut in range(len(little)):
        assert len(with_upright_exif(little[:cut])) == cut
    assert with_upright_exif(b'nothing of the kind') == b'nothing of the kind'
