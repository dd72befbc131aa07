"""Preparation of a folder run: input files, output files, disk space and time."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mmrestore.apis.denoising.verdict import counted
from mmrestore.apis.restore_plan import Job, RestorePlan, plan_restoring
from mmrestore.apis.work_dir import check_folder
from mmrestore.files import expand, printable

BYTES_KEPT = 0.7  # of a PNG or TIFF file of a photograph, per byte of its pixels


def default_output(folder: str | Path) -> Path:
    """Return the default output folder beside a folder or file.

    Examples:
        >>> default_output('holiday/rome'), default_output('night.jpg')
        (PosixPath('holiday/rome-denoised'), PosixPath('night-denoised'))
    """
    folder = expand(folder)
    if folder.name in ('', '..'):
        folder = folder.resolve()
    stem = folder.stem if folder.is_file() or not folder.is_dir() else folder.name
    return folder.with_name(f'{stem}-denoised')


def plan_denoising(folder: str | Path, output: Path, format: str) -> RestorePlan:
    """Find and check the pictures of a folder; originals are never overwritten.

    Raises:
        ValueError: nothing can be denoised, the output is the folder itself or cannot be written
            to, or two files would have one result.
    """
    folder = expand(folder)
    if not folder.exists():
        raise ValueError(f'there is no folder {printable(folder)}')
    if folder.is_dir() and output.resolve() == folder.resolve():
        raise ValueError(
            f'{printable(output)} is the folder of the originals: give another one by --output'
        )
    check_folder(output)
    return plan_restoring([folder], output, format=format)


def names_of(folder: str | Path, jobs: Sequence[Job]) -> list[str]:
    """Return the names of files relative to their folder."""
    folder = expand(folder)
    root = folder if folder.is_dir() else folder.parent
    return [job.source.relative_to(root).as_posix() for job in jobs]


def pixels_of(job: Job) -> int:
    """Return the number of pixels of all pictures of a file."""
    return sum(header.height * header.width for header in job.headers)


def described_files(jobs: Sequence[Job]) -> str:
    """Return what a folder holds, in words: ``3 pictures, 12.5 megapixels (2 JPEG, 1 PNG)``."""
    formats = Counter(job.headers[0].format for job in jobs)
    kinds = ', '.join(f'{number} {name}' for name, number in formats.most_common())
    megapixels = sum(map(pixels_of, jobs)) / 1e6
    return f'{counted(len(jobs), "picture")}, {megapixels:.1f} megapixels ({kinds})'


def space_warning(jobs: Sequence[Job], output: Path, format: str) -> str | None:
    """Return a sentence if the results may not fit on the disk."""
    if format in ('keep', 'jpg'):
        needed = sum(job.source.stat().st_size for job in jobs)
    else:
        needed = int(BYTES_KEPT * sum(map(_pixel_bytes, jobs)))
    existing = next(path for path in (output, *output.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if needed < free:
        return None
    return (
        f'The results may take {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free on the disk '
        f'of {printable(output)}: free some space, or choose --format keep or another --output.'
    )


def _pixel_bytes(job: Job) -> int:
    sizes = {'uint8': 1, 'uint16': 2, 'float32': 4}
    return sum(h.height * h.width * h.channels * sizes[h.dtype] for h in job.headers)
