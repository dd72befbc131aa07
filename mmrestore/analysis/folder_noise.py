"""Noise statistics of a folder of images without clean references."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from mmrestore.apis.denoising.noise_tables import (
    Table,
    file_table,
    jpeg_table,
    noise_tables,
    read_qualities,
)
from mmrestore.apis.denoising.sample import read_sample
from mmrestore.apis.restore_plan import Job
from mmrestore.datasets.folder_search import list_folder
from mmrestore.datasets.image_file import read_headers

UNKNOWN = (
    'Not known: how much of this is texture. Below 5 gray levels noise and texture look alike, '
    'waves longer than 16 pixels are not seen, and estimators of white noise are wrong by up to 8 '
    'times on photographs: choose no strength by these figures.'
)
CLIPPED = (
    'No noise can be measured: the pictures are clipped, or smaller than some 150 x 150 pixels.'
)


class FolderNoise(NamedTuple):
    """Noise statistics of a folder.

    - ``tables``: caption, header and rows of each;
    - ``sentences``: what the figures do not tell;
    - ``problems``: files that cannot be read, a line each.
    """

    tables: list[Table]
    sentences: list[str]
    problems: list[str]


def measure_folder(folder: str | Path) -> FolderNoise:
    """Measure files and noise of a folder; the noise of up to 32 pictures.

    Raises:
        ValueError: no picture in or below the folder can be read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(f'{folder} is no folder: give one of noisy pictures')
    names, _, _ = list_folder(folder)
    jobs, problems = [], []
    for name in names:
        try:
            jobs.append(Job(folder / name, [], tuple(read_headers(folder / name))))
        except ValueError as error:
            problems.append(str(error))
    sample = read_sample(jobs, [str(job.source) for job in jobs])
    if not sample:
        found = f': {problems[0]}' if problems else ', it holds none'
        raise ValueError(f'no picture of {folder} can be read{found}')
    noise, jpeg = noise_tables(sample), jpeg_table(read_qualities(jobs), jobs, sample)
    tables = [file_table(jobs), *([jpeg] if jpeg else []), *noise]
    return FolderNoise(tables, [UNKNOWN if noise else CLIPPED], problems)
