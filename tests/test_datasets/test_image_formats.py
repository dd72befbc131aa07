"""What the values in files of all formats mean, against values computed by hand."""

import io
import struct
import zlib

import numpy as np
import pytest
import tifffile
from image_files import random_image
from PIL import Image, PngImagePlugin

from mmrestore.datasets.image_file import (
    count_pages,
    decode_image,
    inspect_image,
    read_headers,
    read_image,
    read_pictures,
)
from mmrestore.datasets.picture import orient

HEIGHT, WIDTH = 5, 7


def only(path):
    (picture,) = read_pictures(path)
    return picture


def save(path, image, **options):
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(path, **options)
    return path


@pytest.mark.parametrize('orientation', range(1, 9))
@pytest.mark.parametrize('suffix', ['jpg', 'png', 'webp', 'tif'])
def test_one_rule_of_orientation_for_all_formats(tmp_path, suffix, orientation):
    picture = np.full((16, 48, 3), 200, np.uint8)
    picture[:8, :16] = 10  # a dark corner, top left as stored
    image = Image.fromarray(picture)
    exif = image.getexif()
    exif[274] = orientation
    options = {'tiffinfo': {274: orientation}} if suffix == 'tif' else {'exif': exif}
    path = save(tmp_path / f'a.{suffix}', image, **options)
    read = read_image(path)
    assert inspect_image(path, decode=True) == read.shape[:2]
    assert read.shape[:2] == ((16, 48) if orientation < 5 else (48, 16))
    dark = np.argwhere(read[..., 0] < 100).mean(axis=0) / read.shape[:2]
    down, right = {1: (0, 0), 2: (0, 1), 3: (1, 1), 4: (1, 0), 5: (0, 0)}.get(
        orientation, {6: (0, 1), 7: (1, 1), 8: (1, 0)}.get(orientation)
    )
    assert (dark[0] > 0.5, dark[1] > 0.5) == (down, right)
    stored = only(path)
    assert stored.pixels.shape == (16, 48, 3) and stored.orientation == orientation
    assert np.array_equal(orient(stored.pixels, orientation), read)


def test_a_damaged_orientation_is_none(tmp_path):
    for exif in (
        b'',
        b'MM',
        b'II*\0\xff\xff\xff\xff',
        b'MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\x0c',
    ):
        path = save(tmp_path / 'a.jpg', random_image(8, 16), exif=b'Exif\0\0' + exif)
        assert inspect_image(path) == (8, 16) == read_image(path).shape[:2]


@pytest.mark.parametrize('bits', [1, 2, 4, 8, 12, 16, 32])
@pytest.mark.parametrize('white_is_zero', [False, True])
def test_white_is_zero_in_every_depth(tmp_path, bits, white_is_zero):
    stored = np.random.default_rng(0).integers(0, 2 ** min(bits, 16), (HEIGHT, WIDTH))
    options = {'photometric': 'miniswhite' if white_is_zero else 'minisblack'}
    path = tmp_path / 'a.tif'
    if bits == 32:
        values = np.random.default_rng(0).random((HEIGHT, WIDTH), np.float32)
        tifffile.imwrite(path, values, **options)
        full, expected = 1, values
    elif bits in (8, 16):
        tifffile.imwrite(path, stored.astype(f'u{bits // 8}'), **options)
        full, expected = 2**bits - 1, stored
    else:
        digits = stored[..., None] >> np.arange(bits - 1, -1, -1) & 1
        rows = np.packbits(digits.reshape(HEIGHT, -1).astype(np.uint8), axis=1)
        dtype = np.uint8 if bits < 8 else np.uint16
        kind = {'shape': stored.shape, 'dtype': dtype, 'bitspersample': bits}
        tifffile.imwrite(path, iter([rows.tobytes()]), rowsperstrip=HEIGHT, **kind, **options)
        full = np.iinfo(dtype).max
        expected = np.rint(stored * full / (2**bits - 1))
    picture = only(path)
    expected = full - expected if white_is_zero else expected
    np.testing.assert_array_equal(picture.pixels[..., 0], expected.astype(picture.pixels.dtype))
    assert picture.bit_depth == bits and inspect_image(path) == (HEIGHT, WIDTH)


@pytest.mark.parametrize(
    ('header', 'body', 'expected'),
    [
        (b'P5 3 1 255\n', bytes([0, 7, 255]), [[0, 7, 255]]),
        (b'P5 3 1 100\n', bytes([0, 50, 100]), [[0, 128, 255]]),
        (b'P5\n# a comment 9 9\n3 1\n# more\n15\n', bytes([0, 1, 99]), [[0, 17, 255]]),
        (b'P5 2 1 1023\n', b'\x03\xff\x02\x00', [[65535, 32800]]),
        (b'P5 2 1 65535\n', b'\x01\x02\xff\xff', [[258, 65535]]),
        (b'P2 3 1 4\n', b'0 #0\n 1\t4', [[0, 64, 255]]),
        (b'P4 9 2\n', b'\x80\x80\x7f\x00', [[0] + [255] * 7 + [0], [255] + [0] * 7 + [255]]),
        (b'P1 3 2\n', b'1 0 1\n011', [[0, 255, 0], [255, 0, 0]]),
        (b'P6 1 2 51\n', bytes([0, 1, 51, 10, 20, 30]), [[[0, 5, 255]], [[50, 100, 150]]]),
        (b'P3 1 1 1\n', b'1 0 1 trailing', [[[255, 0, 255]]]),
    ],
)
def test_white_of_pnm_files_is_white(tmp_path, header, body, expected):
    path = tmp_path / 'a.ppm'
    path.write_bytes(header + body)
    expected = np.array(expected)
    pixels = only(path).pixels
    assert pixels.dtype == (np.uint16 if expected.max() > 255 else np.uint8)
    np.testing.assert_array_equal(pixels.squeeze(-1) if expected.ndim == 2 else pixels, expected)
    assert inspect_image(path, decode=True) == expected.shape[:2]


@pytest.mark.parametrize('photometric', ['minisblack', 'miniswhite'])
@pytest.mark.parametrize(
    ('values', 'expected'),
    [
        (np.array([[0, 127, 1]], np.int8), [[0, 255, 2]]),
        (np.array([[0, 32767, 2000]], np.int16), [[0, 65535, 4000]]),
        (np.array([[0, 2**31 - 1, 2**30]], np.int32), [[0, 65535, 32768]]),
        (np.array([[0, 2**32 - 1, 2**17]], np.uint32), [[0, 65535, 2]]),
    ],
)
def test_white_of_other_integers_is_the_largest_value(tmp_path, values, expected, photometric):
    path = tmp_path / 'a.tif'
    tifffile.imwrite(path, values, photometric=photometric)
    pixels = only(path).pixels[..., 0].astype(int)
    white = 255 if values.dtype == np.int8 else 65535
    wanted = np.array(expected) if photometric == 'minisblack' else white - np.array(expected)
    np.testing.assert_array_equal(pixels, wanted)
    assert inspect_image(path) == (1, 3)


@pytest.mark.parametrize('form', ['png', 'bmp', 'tif'])
def test_palettes_and_single_bits_become_what_they_stand_for(tmp_path, form):
    indexed = Image.fromarray(random_image(HEIGHT, WIDTH)).quantize(5)
    path = save(tmp_path / f'p.{form}', indexed)
    np.testing.assert_array_equal(read_image(path), indexed.convert('RGB'))
    bits = random_image(HEIGHT, WIDTH, channels=1)[..., 0] > 127
    path = save(tmp_path / f'b.{form}', bits)
    np.testing.assert_array_equal(only(path).pixels[..., 0], bits * 255)


def test_palettes_of_16_bit_in_tiff_keep_their_upper_byte(tmp_path):
    colors = np.arange(3 * 256, dtype=np.uint16).reshape(3, 256) * 77
    indices = random_image(HEIGHT, WIDTH, channels=1)[..., 0]
    tifffile.imwrite(tmp_path / 'a.tif', indices, photometric='palette', colormap=colors)
    np.testing.assert_array_equal(read_image(tmp_path / 'a.tif'), (colors >> 8).T[indices])


@pytest.mark.parametrize('suffix', ['jpg', 'tif'])
def test_inks_become_colors(tmp_path, suffix):
    colors = {(255, 0, 0, 0): (0, 255, 255), (0, 0, 255, 51): (204, 204, 0)}
    colors |= {(0, 0, 0, 255): (0, 0, 0), (0, 102, 0, 0): (255, 153, 255)}
    inks = np.repeat(np.array([*colors], np.uint8)[None], 8, axis=1).repeat(16, axis=0)
    options = {'quality': 100} if suffix == 'jpg' else {}
    path = save(tmp_path / f'a.{suffix}', Image.fromarray(inks, mode='CMYK'), **options)
    difference = read_image(path)[:, ::8].astype(int) - np.array([*colors.values()])
    assert np.abs(difference).max() <= (2 if suffix == 'jpg' else 0)
    assert inspect_image(path, decode=True) == (16, 32)


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_transparency_is_read_and_color_is_freed_from_it(tmp_path, dtype):
    image = random_image(HEIGHT, WIDTH, channels=4, dtype=dtype)
    full = np.iinfo(dtype).max
    tifffile.imwrite(tmp_path / 'a.tif', image, extrasamples=['unassalpha'])
    picture = only(tmp_path / 'a.tif')
    np.testing.assert_array_equal(picture.pixels, image[..., :3])
    np.testing.assert_array_equal(picture.alpha, image[..., 3])
    premultiplied = (image[..., :3] * (image[..., 3:] / full)).round().astype(dtype)
    both = np.dstack([premultiplied, image[..., 3]])
    tifffile.imwrite(tmp_path / 'b.tif', both, extrasamples=['assocalpha'])
    freed = only(tmp_path / 'b.tif').pixels
    visible = image[..., 3] > full // 4
    assert np.abs(freed.astype(int) - image[..., :3])[visible].max() <= 2
    np.testing.assert_array_equal(read_image(tmp_path / 'b.tif'), freed)


@pytest.mark.parametrize('suffix', ['png', 'webp'])
def test_alpha_of_png_and_webp(tmp_path, suffix):
    image = random_image(HEIGHT, WIDTH, channels=4)
    options = {'lossless': True, 'exact': True} if suffix == 'webp' else {}
    picture = only(save(tmp_path / f'a.{suffix}', image, **options))
    np.testing.assert_array_equal(np.dstack([picture.pixels, picture.alpha]), image)


@pytest.mark.parametrize('mode', ['L', 'RGB', 'P'])
def test_a_color_of_png_may_be_transparent(tmp_path, mode):
    image = Image.fromarray(random_image(HEIGHT, WIDTH)).convert('L').quantize(4).convert(mode)
    key = image.getpixel((2, 3))
    picture = only(save(tmp_path / 'a.png', image, transparency=key))
    expected = np.asarray(image.convert('RGB'))
    hidden = (expected == expected[3, 2]).all(axis=2)
    np.testing.assert_array_equal(picture.alpha, np.where(hidden, 0, 255))
    assert 0 < hidden.mean() < 1


@pytest.mark.parametrize('dtype', ['u1', 'u2', 'f4', 'f8'])
@pytest.mark.parametrize('layout', ['strips', 'tiles', 'planes'])
@pytest.mark.parametrize(
    'options',
    [{}, {'compression': 'deflate', 'predictor': True}, {'byteorder': '>', 'bigtiff': True}],
)
def test_layouts_of_tiff(tmp_path, dtype, layout, options):
    random = np.random.default_rng(0).random((19, 37, 3))
    image = (random if dtype[0] == 'f' else random * 256 ** int(dtype[1])).astype(dtype)
    layouts = {'strips': {'rowsperstrip': 4}, 'tiles': {'tile': (16, 16)}}
    layouts['planes'] = {'planarconfig': 'separate'}
    stored = image.transpose(2, 0, 1) if layout == 'planes' else image
    if options.get('predictor') and dtype[0] == 'f':
        options = {'compression': 'deflate'}  # their predictor has a test of its own
    path = tmp_path / 'a.tif'
    options = {**options, **layouts[layout]}
    tifffile.imwrite(path, np.ascontiguousarray(stored), photometric='rgb', **options)
    pixels = only(path).pixels
    np.testing.assert_array_equal(pixels, image.astype('f4') if dtype == 'f8' else image)
    assert read_headers(path)[0].dtype == pixels.dtype


def tiff(strip, **tags):
    """Return a TIFF of one strip with tags given as t256=..."""
    tags |= {'t273': 8, 't279': len(strip)}
    strip += bytes(len(strip) % 2)
    entries = [struct.pack('<HHII', int(tag[1:]), 4, 1, tags[tag]) for tag in sorted(tags)]
    directory = struct.pack('<H', len(entries)) + b''.join(entries) + bytes(4)
    return b'II*\0' + struct.pack('<I', 8 + len(strip)) + strip + directory


def test_floating_point_predictor(tmp_path):
    values = np.random.default_rng(0).random((HEIGHT, WIDTH), np.float32)
    parts = values.astype('>f4').view(np.uint8).reshape(HEIGHT, WIDTH, 4)
    rows = parts.transpose(0, 2, 1).reshape(HEIGHT, -1)  # all first bytes, all second bytes ...
    steps = np.diff(rows, axis=1, prepend=np.zeros((HEIGHT, 1), np.uint8))
    tags = {'t256': WIDTH, 't257': HEIGHT, 't258': 32, 't262': 1, 't277': 1, 't278': HEIGHT}
    strip = zlib.compress(steps.tobytes())
    path = tmp_path / 'a.tif'
    path.write_bytes(tiff(strip, **tags, t259=8, t317=3, t339=3))
    np.testing.assert_array_equal(only(path).pixels[..., 0], values)


def test_bits_may_be_stored_from_the_lowest_on(tmp_path):
    tags = {'t256': 10, 't257': 1, 't258': 1, 't259': 1, 't262': 1, 't277': 1, 't278': 1}
    (tmp_path / 'a.tif').write_bytes(tiff(b'\x01\x02', **tags, t266=2))
    expected = [255, 0, 0, 0, 0, 0, 0, 0, 0, 255]
    assert only(tmp_path / 'a.tif').pixels.ravel().tolist() == expected


@pytest.mark.parametrize(
    ('compression', 'mode'),
    [
        *((name, mode) for name in ('tiff_lzw', 'packbits', 'tiff_adobe_deflate') for mode in 'LP'),
        *(('jpeg', mode) for mode in ('L', 'RGB')),
        *((name, '1') for name in ('group3', 'group4', 'tiff_ccitt')),
        ('tiff_lzw', 'RGBA'),
    ],
)
def test_compressions_of_tiff(tmp_path, compression, mode):
    image = Image.fromarray(random_image(37, 53)).convert(mode)
    path = save(tmp_path / 'a.tif', image, compression=compression)
    with Image.open(path) as reference:
        np.testing.assert_array_equal(read_image(path), reference.convert('RGB'))
    assert inspect_image(path) == (37, 53)


def test_pages_are_pictures_of_their_own(tmp_path):
    pages = [random_image(HEIGHT + i, WIDTH, channels=1, seed=i)[..., 0] for i in range(3)]
    path = tmp_path / 'stack.tif'
    with tifffile.TiffWriter(path) as file:
        for page in pages:
            file.write(page, photometric='minisblack')
            file.write(page[::2, ::2], photometric='minisblack', subfiletype=1)  # a thumbnail
    assert count_pages(path) == 3
    for picture, page in zip(read_pictures(path), pages, strict=True):
        np.testing.assert_array_equal(picture.pixels[..., 0], page)
    for read in (read_image, inspect_image):
        with pytest.raises(ValueError, match=r'stack\.tif contains 3 pages, expected one'):
            read(path)
    path.write_bytes(path.read_bytes()[:-300])  # the last directory is gone
    with pytest.raises(ValueError, match='its end is missing'):
        count_pages(path)


def test_pages_in_a_circle_are_refused(tmp_path):
    path = tmp_path / 'a.tif'
    tifffile.imwrite(path, np.zeros((3, 8, 8), np.uint8), photometric='minisblack')
    with tifffile.TiffFile(path) as file:
        last = file.pages[2].offset
    data = bytearray(path.read_bytes())
    (num,) = struct.unpack_from('<H', data, last)
    data[last + 2 + 12 * num :][:4] = data[4:8]
    data[last + 2 + 12 * num : last + 6 + 12 * num] = data[4:8]
    path.write_bytes(data)
    with pytest.raises(ValueError, match='form a cycle'):
        inspect_image(path)


@pytest.mark.parametrize(
    ('image', 'options', 'message'),
    [
        (np.full((5, 7), -1, np.int16), {}, 'from -1 to -1|negative values of type int16'),
        (np.zeros((5, 7), np.uint64), {}, 'type uint64'),
        (np.zeros((5, 7), np.complex64), {}, 'type complex64'),
        (np.full((5, 7), 255, np.float32), {}, r'from 255 to 255: expected \[0, 1\]'),
        (np.full((5, 7), -0.25, np.float32), {}, 'from -0.25 to -0.25'),
        (np.full((5, 7), np.nan, np.float32), {}, 'from nan to nan'),
        (np.zeros((5, 7, 5), np.uint8), {'photometric': 'minisblack'}, '5 channels'),
        (np.zeros((5, 7, 3), np.uint8), {'photometric': 'cielab'}, 'color mode CIELAB'),
        (np.zeros((5, 7), np.uint16), {'photometric': 'cfa'}, 'a RAW photograph'),
    ],
)
def test_values_that_are_not_read_are_refused_by_the_check(tmp_path, image, options, message):
    path = tmp_path / 'a.tif'
    if '5 channels' in message:
        options = {**options, 'planarconfig': 'contig', 'extrasamples': [0] * 4}
    tifffile.imwrite(path, image, **options)
    for read in (read_image, inspect_image, count_pages):
        if read is count_pages and message.startswith('from'):
            continue  # what values are out of range is not known without decoding
        with pytest.raises(ValueError, match=rf'a\.tif: .*{message}') as error:
            read(path)
        assert '\n' not in str(error.value)


def test_half_precision_is_read(tmp_path):
    values = np.linspace(0, 1, 35, dtype=np.float16).reshape(5, 7)
    tifffile.imwrite(tmp_path / 'a.tif', values)
    picture = only(tmp_path / 'a.tif')
    assert picture.pixels.dtype == np.float32 and picture.bit_depth == 16
    np.testing.assert_array_equal(picture.pixels[..., 0], values.astype(np.float32))


@pytest.mark.parametrize('suffix', ['png', 'webp'])
def test_animations_are_refused_with_the_number_of_frames(tmp_path, suffix):
    frames = [Image.fromarray(random_image(9, 8, seed=seed)) for seed in range(3)]
    path = save(tmp_path / f'a.{suffix}', frames[0], save_all=True, append_images=frames[1:])
    for read in (read_image, inspect_image):
        with pytest.raises(ValueError, match='an animation of 3 frames'):
            read(path)


def test_the_first_picture_of_several_in_a_jpeg(tmp_path):
    frames = [Image.fromarray(random_image(16, 24, seed=seed)) for seed in range(2)]
    first = read_image(save(tmp_path / 'first.jpg', frames[0]))
    save(tmp_path / 'a.mpo', frames[0], save_all=True, append_images=frames[1:])
    pixels = decode_image((tmp_path / 'a.mpo').read_bytes(), 'a.jpg')
    np.testing.assert_array_equal(pixels, first)


@pytest.mark.parametrize(
    ('name', 'content', 'message'),
    [
        ('photo.CR2', b'II*\0', 'a RAW photograph, .* export it as 16-bit TIFF or PNG'),
        ('photo.nef', b'', 'a RAW photograph'),
        ('photo.DNG', b'MM\0*', 'a RAW photograph'),
        ('photo.heic', b'', 'a HEIC photograph, .* export it as PNG or TIFF'),
        ('photo.jpg', b'\0\0\0\x18ftypheic\0\0\0\0', 'a HEIC photograph'),
        ('photo.tif', b'II*\0\x10\0\0\0CR\2\0', 'a RAW photograph'),
        ('photo.png', b'\0\0\0\x1cftypavif', 'an AVIF picture'),
        ('photo.jpg', b'\0\0\0\x20ftypisom', 'a video'),
        ('photo.png', b'GIF89a', 'a GIF'),
        ('photo.png', b'text', 'not an image of a known format'),
        ('photo.png', b'', 'empty'),
    ],
)
def test_formats_that_are_not_read_are_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    for read in (read_image, inspect_image):
        with pytest.raises(ValueError, match=rf'{name}: it is {message}'):
            read(tmp_path / name)


def test_the_content_counts_not_the_extension(tmp_path):
    image = random_image(9, 8)
    save(tmp_path / 'a.png', image, format='BMP')
    np.testing.assert_array_equal(read_image(tmp_path / 'a.png'), image)


@pytest.mark.parametrize('suffix', ['png', 'jpg', 'webp', 'tif'])
def test_metadata_are_read_as_they_are(tmp_path, suffix):
    profile, xmp = bytes(range(256)) * 300, b'<x:xmpmeta>text</x:xmpmeta>'  # two segments of JPEG
    image = Image.fromarray(random_image(16, 24))
    exif = image.getexif()
    exif[271] = 'maker'
    options = {'icc_profile': profile, 'exif': exif, 'xmp': xmp, 'dpi': (300, 150)}
    if suffix == 'tif':
        options['tiffinfo'] = {700: xmp, 271: 'maker'}
        del options['exif'], options['xmp']
    if suffix == 'png':
        options['pnginfo'] = text = PngImagePlugin.PngInfo()
        text.add_itxt('XML:com.adobe.xmp', xmp.decode())
        del options['xmp']
    picture = only(save(tmp_path / f'a.{suffix}', image, **options))
    assert picture.icc_profile == profile and picture.xmp == xmp
    assert b'maker' in picture.exif and picture.exif[:2] in (b'II', b'MM')
    if suffix == 'webp':
        assert picture.resolution is None
        return
    across, down, unit = picture.resolution
    scale = 2.54 if unit == 'cm' else 1
    assert unit in ('cm', 'inch') and (across * scale, down * scale) == pytest.approx(
        (300, 150), 1e-3
    )


def png(height, width, rows, *, color=2, depth=8, interlaced=0):
    """Return a PNG of one compressed block of rows, whatever its header states."""

    def chunk(kind, data):
        return (
            struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
        )

    header = struct.pack('>IIBBBBB', width, height, depth, color, 0, 0, interlaced)
    chunks = [(b'IHDR', header), (b'IDAT', zlib.compress(rows)), (b'IEND', b'')]
    return b'\x89PNG\r\n\x1a\n' + b''.join(chunk(*part) for part in chunks)


@pytest.mark.parametrize('stated', [(6, 7), (60, 70), (2000, 2000), (60000, 60000), (0, 7)])
def test_a_header_that_states_more_than_there_is(tmp_path, stated):
    rows = bytes(HEIGHT * (1 + 3 * WIDTH))
    path = tmp_path / 'a.png'
    path.write_bytes(png(HEIGHT, WIDTH, rows))
    assert inspect_image(path) == (HEIGHT, WIDTH) == read_image(path).shape[:2]
    path.write_bytes(png(*stated, rows))
    for read in (read_image, inspect_image):
        with pytest.raises(ValueError, match=r'a\.png: it'):
            read(path)


def test_many_pixels_in_few_bytes_are_read(tmp_path):
    # More than Pillow's limit of 179 million pixels, one bit each.
    height, width = 16000, 12000
    path = tmp_path / 'a.png'
    path.write_bytes(
        png(height, width, (b'\0' + b'\xff' * (width // 8)) * height, color=0, depth=1)
    )
    assert inspect_image(path) == (height, width)
    buffer = io.BytesIO(path.read_bytes())
    with pytest.raises(Image.DecompressionBombError):
        Image.open(buffer)


def test_interlaced_rows_are_counted(tmp_path):
    path = tmp_path / 'a.png'
    path.write_bytes(png(1, 1, b'\0\x80', color=0, depth=1, interlaced=1))
    assert read_image(path, color='gray').tolist() == [[[255]]]
    assert inspect_image(path) == (1, 1)
