"""Tables of the files and the noise of a folder."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from mmrestore.apis.denoising.jpeg_quality import JpegQuality, jpeg_quality
from mmrestore.apis.denoising.sample import Sampled, spread
from mmrestore.apis.restore_plan import Job
from mmrestore.functional.flat_blocks import (
    correlation_in_blocks,
    find_blocks,
    noise_by_brightness,
    noise_level,
)
from mmrestore.functional.jpeg_grid import COMPRESSED, jpeg_grid_ratio

ROUGHLY = 'a factor of 0.5 to 2'
BAND = 32  # gray levels of brightness
MOST_KINDS = 8  # of files that are listed
MOST_HEADERS = 100  # JPEG files whose quality is read

Table = tuple[str, Sequence[object], Sequence[Sequence[object]]]  # caption, header, rows


def printed(table: Table) -> list[str]:
    """Return a table as lines of text.

    Examples:
        >>> printed(('noise', ['brightness', 'noise'], [[40, '3.1']]))
        ['noise:', '  brightness  noise', '  40          3.1']
    """
    caption, header, rows = table
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ['  '.join(f'{cell:{w}}' for cell, w in zip(row, widths, strict=True)) for row in cells]
    return [f'{caption}:', *(f'  {line}'.rstrip() for line in lines)]


def file_table(jobs: Sequence[Job]) -> Table:
    """Return format, size, color and depth of the pictures, the most frequent first."""
    kinds = Counter(
        (
            header.format,
            f'{header.size.width} x {header.size.height}',
            'gray' if header.channels == 1 else 'color',
            f'{header.bit_depth} bit',
        )
        for job in jobs
        for header in job.headers
    )
    rows: list[list[object]] = [[*kind, number] for kind, number in kinds.most_common(MOST_KINDS)]
    if len(kinds) > MOST_KINDS:
        listed = sum(number for _, number in kinds.most_common(MOST_KINDS))
        rows.append(['others', '', '', '', kinds.total() - listed])
    return 'Files', ['format', 'size', 'color', 'depth', 'number'], rows


def jpeg_files(jobs: Sequence[Job]) -> list[Path]:
    """Return the files that are JPEG."""
    return [job.source for job in jobs if job.headers[0].format == 'JPEG']


def read_qualities(jobs: Sequence[Job]) -> list[JpegQuality]:
    """Return the qualities of up to 100 JPEG files, spread evenly, that tell theirs."""
    files = jpeg_files(jobs)
    known = [jpeg_quality(files[place]) for place in spread(len(files), MOST_HEADERS)]
    return [each for each in known if each is not None]


def jpeg_table(
    qualities: Sequence[JpegQuality], jobs: Sequence[Job], sample: Sequence[Sampled]
) -> Table | None:
    """Return quality and chroma sampling of JPEG files, and the traces in the pixels of the sample.

    None where neither headers nor pixels tell of JPEG.

    Args:
        qualities: those of the JPEG files, see :func:`read_qualities`.
        jobs: all files.
        sample: crops of pictures.
    """
    kinds = Counter(qualities)
    ratios = [jpeg_grid_ratio(_middle(picture)) for picture in sample]
    traced = sum(ratio > COMPRESSED for ratio in ratios)
    if not jpeg_files(jobs) and not traced:
        return None
    rows: list[list[object]] = [
        ['quality by header', f'{kind.quality}, {kind.sampling or "gray"}', f'{number} files']
        for kind, number in sorted(kinds.items(), key=lambda item: -item[1])[:MOST_KINDS]
    ]
    median = f'{statistics.median(ratios):.2f}' if ratios else '-'
    rows.append(['8 x 8 grid in pixels', median, f'{traced} of {len(ratios)} pictures'])
    return f'JPEG (a grid above {COMPRESSED} tells of it)', ['', 'value', 'found in'], rows


def noise_tables(sample: Sequence[Sampled]) -> list[Table]:
    """Return noise by picture and by brightness and its correlation by distance, from flat blocks.

    Of each picture the middle crop is measured by itself, then the median over the pictures is
    taken. Without a block that is not clipped there is no table.
    """
    measured = [_measured(picture) for picture in sample]
    known = [(classes, found) for classes, found in measured if classes]
    if not known:
        return []
    levels = sorted(noise_level(classes) for classes, _ in known)
    tenth, middle, most = (levels[round(q * (len(levels) - 1))] for q in (0.1, 0.5, 0.9))
    bands: dict[int, list[float]] = {}
    for brightness, sigma, _ in (each for classes, _ in known for each in classes):
        bands.setdefault(int(brightness) // BAND, []).append(sigma)
    header = [f'{BAND * band}-{BAND * band + BAND - 1}' for band in sorted(bands)]
    medians = [f'{statistics.median(bands[band]):.1f}' for band in sorted(bands)]
    distances = range(1, len(known[0][1]) + 1)
    means = [statistics.fmean(column) for column in zip(*(f for _, f in known), strict=True)]
    return [
        (
            f'Noise of flat parts in 8-bit gray levels, right within {ROUGHLY}',
            ['pictures', 'lowest tenth below', 'median', 'highest tenth above'],
            [[len(known), f'{tenth:.1f}', f'{middle:.1f}', f'{most:.1f}']],
        ),
        ('Noise by brightness', ['brightness', *header], [['noise', *medians]]),
        (
            'Correlation of the noise along rows and columns',
            ['distance in pixels', *distances],
            [['correlation', *(f'{value:.2f}' for value in means)]],
        ),
    ]


def _measured(picture: Sampled) -> tuple[list[tuple[float, float, int]], list[float]]:
    blocks = find_blocks(_middle(picture))
    return noise_by_brightness(blocks), correlation_in_blocks(blocks)


def _middle(picture: Sampled) -> Tensor:
    return picture.crops[len(picture.crops) // 2]
