"""Reading and inspecting image files."""

import os

import numpy as np
import pytest
from image_files import random_image, write_image
from PIL import Image

from mmrestore.datasets.formats.printed import refuse_printed
from mmrestore.datasets.image_file import ImageSize, inspect_image, read_image


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
@pytest.mark.parametrize('suffix', ['.png', '.tif', '.PNG'])
@pytest.mark.parametrize('channels', [1, 3])
def test_pixels_come_back_in_rgb_with_their_depth(tmp_path, dtype, suffix, channels):
    image = write_image(tmp_path / f'a{suffix}', random_image(5, 8, channels=channels, dtype=dtype))
    read = read_image(tmp_path / f'a{suffix}', color='rgb' if channels == 3 else 'gray')
    assert read.dtype == dtype
    np.testing.assert_array_equal(read, image)
    assert inspect_image(tmp_path / f'a{suffix}', decode=True) == ImageSize(5, 8)


def test_channels_are_red_green_blue(tmp_path):
    Image.new('RGB', (2, 3), (10, 20, 30)).save(tmp_path / 'a.png')
    np.testing.assert_array_equal(read_image(tmp_path / 'a.png'), np.full((3, 2, 3), [10, 20, 30]))


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_gray_of_color_is_the_luma_of_bt601(tmp_path, dtype):
    image = write_image(tmp_path / 'a.png', random_image(31, 40, dtype=dtype))
    gray = read_image(tmp_path / 'a.png', color='gray')
    expected = image @ np.array([0.299, 0.587, 0.114])
    assert gray.shape == (31, 40, 1) and gray.dtype == dtype
    tolerance = 0.51 if dtype is np.uint8 else 2.0  # OpenCV rounds its weights to 14 bit
    assert np.abs(gray[..., 0] - expected).max() < tolerance


def test_color_of_gray_is_the_value_three_times(tmp_path):
    image = write_image(tmp_path / 'a.png', random_image(4, 5, channels=1))
    np.testing.assert_array_equal(read_image(tmp_path / 'a.png'), np.repeat(image, 3, axis=2))


def test_palette_and_transparency_become_plain_color(tmp_path):
    image = random_image(6, 7)
    alpha = random_image(6, 7, channels=1, seed=1)
    Image.fromarray(np.dstack([image, alpha])).save(tmp_path / 'a.png')
    np.testing.assert_array_equal(read_image(tmp_path / 'a.png'), image)
    palette = Image.fromarray(image).quantize(8)
    palette.save(tmp_path / 'p.png')
    np.testing.assert_array_equal(read_image(tmp_path / 'p.png'), palette.convert('RGB'))


@pytest.mark.parametrize(
    ('content', 'message'),
    [(None, 'No such file'), (b'', 'it is empty'), (b'no image', 'it is not an image')],
)
def test_unreadable_files_are_named(tmp_path, content, message):
    path = tmp_path / 'bad.png'
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as error:
        read_image(path)
    assert str(path) in str(error.value)
    with pytest.raises(ValueError, match=r'bad\.png'):
        inspect_image(path)


def test_unknown_color_is_refused(tmp_path):
    with pytest.raises(ValueError, match="'rgb', 'gray'"):
        read_image(tmp_path / 'a.png', color='bgr')


@pytest.mark.parametrize('suffix', ['png', 'jpg', 'tif', 'bmp', 'webp', 'ppm'])
@pytest.mark.parametrize('kept', [0.3, 0.9, 0.99])
def test_cut_off_files_are_noticed_without_decoding(tmp_path, suffix, kept):
    path = tmp_path / f'a.{suffix}'
    Image.fromarray(random_image(40, 60)).save(path)
    assert inspect_image(path) == (40, 60)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(ValueError, match=rf'a\.{suffix}'):
        inspect_image(path)


def test_bytes_behind_the_end_of_an_image_are_allowed(tmp_path):
    for suffix in ('png', 'jpg'):
        path = tmp_path / f'a.{suffix}'
        Image.fromarray(random_image(10, 12)).save(path)
        path.write_bytes(path.read_bytes() + b'more')
        assert inspect_image(path) == (10, 12)


def test_the_end_of_an_embedded_preview_is_not_the_end_of_a_jpeg(tmp_path):
    Image.fromarray(random_image(8, 8)).save(tmp_path / 'preview.jpg')
    preview = (tmp_path / 'preview.jpg').read_bytes()
    path = tmp_path / 'a.jpg'
    Image.fromarray(random_image(80, 80)).save(path, comment=preview)
    assert inspect_image(path) == (80, 80)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(ValueError, match=r'a\.jpg: its end is missing'):
        inspect_image(path)


def test_damage_in_the_middle_of_a_png_is_found_by_its_checksum(tmp_path):
    path = tmp_path / 'a.png'
    Image.fromarray(random_image(200, 300)).save(path)
    content = bytearray(path.read_bytes())
    content[2000:2400] = bytes(400)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r'a\.png: it is damaged: the checksum of its IDAT'):
        inspect_image(path)
    with pytest.raises(ValueError, match=r'a\.png: it is damaged'):
        read_image(path)


def test_damage_in_the_middle_of_a_jpeg_is_found_by_decoding(tmp_path, capfd):
    path = tmp_path / 'a.jpg'
    Image.fromarray(random_image(80, 120)).save(path, quality=90)
    whole = path.read_bytes()
    assert inspect_image(path, decode=True) == (80, 120)
    expected = read_image(path).astype(int)
    for start in range(1000, len(whole) - 200, 1700):
        path.write_bytes(whole[:start] + bytes(150) + whole[start + 150 :])
        assert inspect_image(path) == (80, 120)
        capfd.readouterr()
        with pytest.raises(ValueError, match=r'a\.jpg: it is damaged within its pixels: Corrupt'):
            inspect_image(path, decode=True)
        assert capfd.readouterr().err == ''
        assert np.abs(read_image(path) - expected).max() > 20


def test_what_others_print_while_a_jpeg_is_checked_is_passed_on(capfd):
    assert refuse_printed(lambda: os.write(2, b'other\n'), 'Corrupt') == 6
    assert capfd.readouterr().err == 'other\n'
    with pytest.raises(ValueError, match='Corrupt data'):
        refuse_printed(lambda: os.write(2, b'other\nCorrupt data\n'), 'Corrupt')
    assert capfd.readouterr().err == 'other\n'


def test_a_whole_jpeg_before_a_video_is_read_and_a_cut_one_is_not(tmp_path):
    path = tmp_path / 'a.jpg'
    Image.fromarray(random_image(40, 60)).save(path, restart_marker_blocks=2)
    whole, video = path.read_bytes(), b'\0\0\0\x18ftypmp42' + bytes(range(256)) * 20
    expected = read_image(path)
    path.write_bytes(whole + video)
    assert inspect_image(path, decode=True) == (40, 60)
    np.testing.assert_array_equal(read_image(path), expected)
    for length in range(0, len(whole) - 1, 97):
        path.write_bytes(whole[:length])
        for read in (read_image, inspect_image):
            with pytest.raises(ValueError, match=r'a\.jpg: it'):
                read(path)
