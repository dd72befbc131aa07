"""Damage small image files at random and see how the check and the reader take it.

``python tests/corrupted_files.py FOLDER NUM`` prints a JSON report. It runs in a process of its
own, so that a crash and the memory taken show.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image

from mmrestore.datasets.image_file import inspect_image, read_image

TIFFS = ('raw', 'tiff_lzw', 'tiff_deflate', 'packbits', 'jpeg', 'group4')
HEADER = 64  # bytes at the start in which single bytes are changed


def originals() -> dict[str, bytes]:
    """Return small files of all formats, by names that end in their extension."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (37, 53, 3), dtype=np.uint8)
    smooth = np.mgrid[0:37, 0:53].sum(0)[..., None] * np.array([2, 1, 2])
    picture = (smooth + noise // 16).clip(0, 255).astype(np.uint8)
    color, gray = Image.fromarray(picture), Image.fromarray(picture[..., 0])
    files: dict[str, bytes] = {}

    def add(name: str, image: Image.Image, form: str, **options) -> None:
        file = io.BytesIO()
        image.save(file, form, **options)
        files[name] = file.getvalue()

    add('color.png', color, 'PNG')
    add('gray.png', gray, 'PNG')
    add('palette.png', color.quantize(16), 'PNG')
    add('alpha.png', color.convert('RGBA'), 'PNG')
    add('deep.png', Image.fromarray(picture[..., 0].astype(np.uint16) * 257), 'PNG')
    add('color.jpg', color, 'JPEG', quality=90)
    add('gray.jpg', gray, 'JPEG')
    add('progressive.jpg', color, 'JPEG', progressive=True)
    add('inks.jpg', color.convert('CMYK'), 'JPEG')
    add('restart.jpg', color, 'JPEG', restart_marker_blocks=4)
    for compression in TIFFS:
        image = color.convert('1') if compression == 'group4' else color
        add(f'{compression}.tif', image, 'TIFF', compression=compression)
    for name, array, options in (
        ('float.tif', picture / np.float32(255), {'photometric': 'rgb'}),
        (
            'tiles.tif',
            picture.astype(np.uint16) * 257,
            {'tile': (16, 32), 'compression': 'deflate'},
        ),
        (
            'planes.tif',
            picture.transpose(2, 0, 1),
            {'planarconfig': 'separate', 'photometric': 'rgb', 'rowsperstrip': 7},
        ),
        (
            'big.tif',
            picture,
            {'bigtiff': True, 'byteorder': '>', 'predictor': True, 'compression': 8},
        ),
    ):
        file = io.BytesIO()
        tifffile.imwrite(file, array, **options)
        files[name] = file.getvalue()
    add('color.bmp', color, 'BMP')
    add('gray.bmp', gray, 'BMP')
    add('palette.bmp', color.quantize(16), 'BMP')
    add('lossy.webp', color, 'WEBP')
    add('lossless.webp', color, 'WEBP', lossless=True)
    add('alpha.webp', color.convert('RGBA'), 'WEBP', exif=b'Exif\0\0MM\0*\0\0\0\x08\0\0')
    add('color.ppm', color, 'PPM')
    files['text.ppm'] = b'P3\n53 37\n255\n' + b' '.join(b'%d' % value for value in picture.flat)
    files['bits.pgm'] = b'P4 53 37\n' + np.packbits(picture[..., 0] > 99, axis=1).tobytes()
    files['deep.pgm'] = b'P5 53 37 1023\n' + (picture[..., 0].astype('>u2') * 4).tobytes()
    return files


def corrupted(num: int) -> Iterator[tuple[str, str, bytes]]:
    """Yield name, kind of damage and content of ``num`` damaged files."""
    files, rng = (
        list(originals().items()),
        np.random.default_rng(1),
    )
    kinds: dict[str, Callable[[bytearray], object]] = {
        'cut': lambda data: data.__delitem__(slice(int(rng.integers(len(data))), None)),
        'bits': lambda data: [_flip(data, rng, len(data)) for _ in range(rng.integers(1, 20))],
        'header': lambda data: [_change(data, rng) for _ in range(rng.integers(1, 4))],
        'end': lambda data: data.extend(rng.bytes(rng.integers(1, 500))),
    }
    for index in range(num):
        name, content = files[index % len(files)]
        kind = list(kinds)[index // len(files) % len(kinds)]
        data = bytearray(content)
        kinds[kind](data)
        yield f'{index:05d}_{name}', kind, bytes(data)


def _flip(data: bytearray, rng: np.random.Generator, end: int) -> None:
    data[rng.integers(end)] ^= 1 << int(rng.integers(8))


def _change(data: bytearray, rng: np.random.Generator) -> None:
    data[rng.integers(min(HEADER, len(data)))] = rng.choice(
        (0, 1, 127, 128, 255, rng.integers(256))
    )


def attempt(function: Callable[[Path], object], path: Path) -> tuple[object, str, float]:
    """Return the outcome or None, the message or an empty text, and the seconds."""
    start = time.perf_counter()
    try:
        outcome, message = function(path), ''
    except ValueError as error:
        outcome, message = None, str(error)
    return outcome, message, time.perf_counter() - start


def complaints(path: Path, content: bytes) -> tuple[list[str], str, float]:
    """Return what is wrong with check and reader, what they say, and the seconds of the slower."""
    path.write_bytes(content)
    size, refusal, seconds = attempt(inspect_image, path)
    image, failure, seconds_to_read = attempt(read_image, path)
    path.unlink()
    wrong = []
    if bool(refusal) != bool(failure):
        wrong.append(f'{path.name}: check: {refusal or size}; reader: {failure or "reads it"}')
    wrong += [f'{path.name}: more than a line: {m!r}' for m in (refusal, failure) if '\n' in m]
    if isinstance(image, np.ndarray):
        if image.dtype not in (np.uint8, np.uint16, np.float32) or image.shape[2:] != (3,):
            wrong.append(f'{path.name}: {image.dtype} {image.shape}')
        elif not np.isfinite(image).all() or (image.dtype == np.float32 and image.max() > 1):
            wrong.append(f'{path.name}: values from {image.min()} to {image.max()}')
        if size is not None and image.shape[:2] != size:
            wrong.append(f'{path.name}: {size} stated, {image.shape} read')
    return wrong, 'refused' if refusal else 'read', max(seconds, seconds_to_read)


def main(folder: str, num: int) -> None:
    """Print the report on ``num`` files."""
    wrong: list[str] = []
    outcomes: Counter[str] = Counter()
    slowest, largest = (0.0, ''), (0, '')
    for name, content in originals().items():  # what loads lazily is no memory of a damaged file
        wrong += complaints(Path(folder, name), content)[0]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, kind, content in corrupted(num):
        (Path(folder) / 'last').write_text(name)
        found, outcome, seconds = complaints(Path(folder, name), content)
        wrong += found
        outcomes[f'{kind} {outcome}'] += 1
        slowest = max(slowest, (seconds, name))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        largest = max(largest, (memory - before, name))
        before = max(memory, before)
    report = {
        'wrong': wrong,
        'outcomes': outcomes,
        'seconds': slowest[0],
        'slowest': slowest[1],
        'megabytes': largest[0] / 1024,
        'largest': largest[1],
    }
    print(json.dumps(report, indent=1))


if __name__ == '__main__':
    main(sys.argv[1], int(sys.argv[2]))
