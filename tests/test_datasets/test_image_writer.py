"""Pictures are written with all that their format holds, as other programs read it."""

from __future__ import annotations

import io
import os

import cv2
import numpy as np
import pytest
import tifffile
from image_files import random_image
from PIL import ExifTags, Image, ImageCms
from PIL.TiffImagePlugin import IFDRational

from mmrestore.datasets.encoders.samples import to_dtype
from mmrestore.datasets.image_file import read_pictures
from mmrestore.datasets.image_writer import FORMATS, losses, write_image, write_pictures
from mmrestore.datasets.picture import Picture

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- \xc3\xa9 --></x:xmpmeta>'


def exif() -> bytes:
    tags = Image.Exif()
    tags[ExifTags.Base.Make] = 'Camera'
    tags.get_ifd(ExifTags.IFD.Exif).update(
        {ExifTags.Base.ExposureTime: IFDRational(1, 250), ExifTags.Base.MakerNote: b'\x01secret'}
    )
    tags.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = 'N'
    return tags.tobytes().removeprefix(b'Exif\0\0')


METADATA = dict(icc_profile=PROFILE, exif=exif(), xmp=XMP, resolution=(300.0, 150.0, 'inch'))


def drawn(channels: int, dtype: type = np.uint8, **facts) -> Picture:
    values = random_image(5, 7, channels=channels, dtype=dtype)
    color = channels - 1 + channels % 2
    return Picture(values[..., :color], None if channels % 2 else values[..., -1], **facts)


def stored_png(path) -> np.ndarray:
    """The samples as OpenCV finds them, RGBA."""
    values = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    values = values if values.ndim == 3 else values[..., None]
    return values[..., [2, 1, 0, 3][: values.shape[-1]]] if values.shape[-1] > 1 else values


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
@pytest.mark.parametrize('channels', [1, 2, 3, 4])
def test_png_keeps_channels_depth_and_metadata(tmp_path, channels, dtype):
    picture = drawn(channels, dtype, **METADATA)
    write_pictures(tmp_path / 'a.png', [picture])
    found = stored_png(tmp_path / 'a.png')
    assert found.dtype == dtype
    assert np.array_equal(found[..., : picture.pixels.shape[-1]], picture.pixels)
    if channels in (2, 4):
        assert np.array_equal(found[..., -1], picture.alpha)
    header = (tmp_path / 'a.png').read_bytes()[24:26]
    assert header == bytes((8 * np.dtype(dtype).itemsize, {1: 0, 2: 4, 3: 2, 4: 6}[channels]))
    with Image.open(tmp_path / 'a.png') as image:
        image.load()
        assert image.info['icc_profile'] == PROFILE
        assert image.info['dpi'] == pytest.approx((300, 150), abs=0.02)
        assert image.info['xmp'] == XMP
        check_exif(image)


def check_exif(image: Image.Image) -> None:
    tags = image.getexif()
    inner = tags.get_ifd(ExifTags.IFD.Exif)
    assert tags[ExifTags.Base.Make] == 'Camera'
    assert float(inner[ExifTags.Base.ExposureTime]) == 1 / 250
    assert inner[ExifTags.Base.MakerNote] == b'\x01secret'
    assert tags.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] == 'N'


@pytest.mark.parametrize('channels', [1, 3])
def test_jpeg_keeps_metadata_and_gray(tmp_path, channels):
    values = np.full((16, 24, channels), 77, np.uint8)
    write_pictures(tmp_path / 'a.JPG', [Picture(values, **METADATA)], quality=90)
    with Image.open(tmp_path / 'a.JPG') as image:
        assert (image.format, image.mode) == ('JPEG', 'L' if channels == 1 else 'RGB')
        assert np.abs(np.asarray(image).astype(int) - 77).max() <= 1
        assert image.info['icc_profile'] == PROFILE
        assert image.info['dpi'] == (300, 150)
        assert image.info['xmp'] == XMP
        check_exif(image)


def test_long_profiles_and_quality_of_jpeg(tmp_path):
    noise = Picture(random_image(64, 64), icc_profile=bytes(range(256)) * 600)
    sizes = []
    for quality in (60, 95):
        write_pictures(tmp_path / 'a.jpg', [noise], quality=quality)
        sizes.append((tmp_path / 'a.jpg').stat().st_size)
        with Image.open(tmp_path / 'a.jpg') as image:
            assert image.info['icc_profile'] == noise.icc_profile
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize('channels', [1, 2, 3, 4])
def test_tiff_keeps_pages_depth_and_metadata(tmp_path, channels, dtype):
    pages = [drawn(channels, np.uint16, **METADATA) for _ in range(3)]
    if dtype != np.uint16:
        pages = [converted(page, dtype) for page in pages]
    write_pictures(tmp_path / 'a.tif', pages)
    with tifffile.TiffFile(tmp_path / 'a.tif') as file:
        assert len(file.pages) == 3
        for page, picture in zip(file.pages, pages, strict=True):
            found = page.asarray().reshape(5, 7, -1)
            assert found.dtype == dtype
            assert np.array_equal(found[..., : picture.pixels.shape[-1]], picture.pixels)
            if picture.alpha is not None:
                assert np.array_equal(found[..., -1], picture.alpha)
                assert page.extrasamples == (2,), 'color is not multiplied'
            assert bytes(page.tags[34675].value) == PROFILE
            assert bytes(page.tags[700].value) == XMP
            assert page.tags['XResolution'].value == (300, 1)
            assert page.tags[34665].value['ExposureTime'] == (1, 250)
    if dtype == np.uint8:
        with Image.open(tmp_path / 'a.tif') as image:
            for number in range(3):
                image.seek(number)
                check_exif(image)


def test_what_is_written_is_read_again(tmp_path):
    deep = drawn(4, np.uint16, **METADATA)
    for name in ('a.png', 'a.tif'):
        write_pictures(tmp_path / name, [deep])
        (found,) = read_pictures(tmp_path / name)
        assert np.array_equal(found.pixels, deep.pixels)
        assert np.array_equal(found.alpha, deep.alpha)
        assert (found.icc_profile, found.xmp) == (PROFILE, XMP)
        across, down, unit = found.resolution
        per_inch = {'inch': 1, 'cm': 2.54}[unit]
        assert (across * per_inch, down * per_inch) == pytest.approx((300, 150), abs=0.02)
        write_pictures(tmp_path / 'again.png', [found])
        with Image.open(tmp_path / 'again.png') as image:
            check_exif(image)


def converted(picture: Picture, dtype: type) -> Picture:
    alpha = None if picture.alpha is None else to_dtype(picture.alpha, dtype)
    return Picture(to_dtype(picture.pixels, dtype), alpha, **METADATA)


def test_webp_bmp_and_pnm(tmp_path):
    color, gray = Picture(random_image(5, 7)), Picture(random_image(5, 7, channels=1))
    for name in ('a.bmp', 'a.ppm', 'a.pgm'):
        for picture in (color, gray):
            write_pictures(tmp_path / name, [picture])
            with Image.open(tmp_path / name) as image:
                assert np.array_equal(np.asarray(image).reshape(5, 7, -1), picture.pixels)
    deep = random_image(5, 7, dtype=np.uint16)
    write_image(tmp_path / 'deep.ppm', deep)
    assert np.array_equal(cv2.imread(str(tmp_path / 'deep.ppm'), -1)[..., ::-1], deep)
    plain = np.full((16, 16, 3), 77, np.uint8)
    alpha = random_image(16, 16, channels=1)[..., 0]
    write_pictures(tmp_path / 'a.webp', [Picture(plain, alpha, icc_profile=PROFILE, xmp=XMP)])
    with Image.open(tmp_path / 'a.webp') as image:
        assert (image.info['icc_profile'], image.info['xmp']) == (PROFILE, XMP)
        assert np.array_equal(np.asarray(image)[..., 3], alpha)


def test_what_a_format_does_not_hold_is_told():
    deep = drawn(4, np.uint16, **METADATA)
    assert losses([deep], 'a.jpg') == ['16 bit (written in 8 bit)', 'transparency']
    assert losses([deep], 'a.png') == losses([deep], 'a.tif') == []
    assert losses([deep], 'a.pgm') == [
        *('transparency', 'color profile', 'EXIF', 'XMP', 'resolution')
    ]
    floats = Picture(np.zeros((2, 2, 1), np.float32), exif=bytes(70000))
    assert losses([floats], 'a.png') == ['floating point (written in 16 bit)']
    assert losses([floats], 'a.jpg') == ['floating point (written in 8 bit)', 'EXIF']


def test_deeper_values_are_rounded(tmp_path):
    unit = np.linspace(-0.1, 1.1, 49, dtype=np.float32).reshape(7, 7, 1)
    write_pictures(tmp_path / 'a.png', [Picture(unit)])
    assert np.array_equal(stored_png(tmp_path / 'a.png'), (unit.clip(0, 1) * 65535).round())
    levels = np.arange(65536, dtype=np.uint16)
    assert np.array_equal(to_dtype(levels, np.uint8), np.round(levels / 257))
    assert np.array_equal(to_dtype(to_dtype(levels, np.float32), np.uint16), levels)


@pytest.mark.parametrize('name', [b't\xe9.png', b'a\nb.png', b'x' * 251 + b'.png'])
def test_any_name_is_written(tmp_path, name):
    image = random_image(4, 5)
    write_image(tmp_path / 'new' / os.fsdecode(name), image)
    assert os.listdir(os.fsencode(tmp_path / 'new')) == [name]
    found = Image.open(io.BytesIO((tmp_path / 'new' / os.fsdecode(name)).read_bytes()))
    assert np.array_equal(np.asarray(found), image)


def test_errors(tmp_path):
    image = random_image(4, 5)
    with pytest.raises(ValueError, match=r'file extensions \.png .*\.pgm, got .*a\.gif'):
        write_image(tmp_path / 'a.gif', image)
    with pytest.raises(ValueError, match=r'does not support the image: 16 bit'):
        write_image(tmp_path / 'a.jpg', image.astype(np.uint16))
    with pytest.raises(ValueError, match='supports a single picture, got 2'):
        write_pictures(tmp_path / 'a.png', [Picture(image)] * 2)
    with pytest.raises(ValueError, match=r'a.jpg does not support a picture of 1 x 70000 x 1'):
        write_image(tmp_path / 'a.jpg', np.zeros((1, 70000, 1), np.uint8))
    assert not list(tmp_path.iterdir())
    assert all(ending == ending.lower() for ending in FORMATS)
