"""Submission files of the SIDD benchmark.

The file format is not verified against the server, since the instructions for participants are not
part of the papers: check it against the page of the benchmark before the first submission.
"""

from __future__ import annotations

import base64
import csv
import io
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from mmrestore.apis.submission import Timing, restore_parts
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.image_writer import write_image
from mmrestore.datasets.sidd_blocks import SIDDBlocks
from mmrestore.files import write_atomically

MAT, CSV = 'SubmitSrgb.mat', 'SubmitSrgb.csv'


def restore_sidd(
    restorer: nn.Module, root: str | Path, folder: str | Path, *, made_with: str
) -> tuple[np.ndarray, Timing]:
    """Restore the blocks of the SIDD benchmark; return them and how long it took.

    Every block is an image of its own, clipped and rounded to 8 bit, halves to even. It is kept in
    ``folder/blocks/SCENE_BLOCK.png``, so that a killed run can be resumed.

    Args:
        restorer: made by ``init_restorer``.
        root: folder of ``BenchmarkNoisyBlocksSrgb.mat``.
        folder: where results are kept.
        made_with: ``fingerprint`` of the network.

    Returns:
        Blocks (scenes, blocks of a scene, H, W, 3), uint8 RGB, and the time of restoring them.

    Raises:
        ValueError: the file of the blocks is missing or wrong, or the folder holds results of
            another network.
    """
    dataset = SIDDBlocks(root, split='benchmark', pipeline=[])
    names = [Path(dataset.path_of(index)).name for index in range(len(dataset))]
    files = [Path(folder, 'blocks', f'{name}.png') for name in names]
    parts = {file: partial(_image, dataset, index) for index, file in enumerate(files)}
    timing = restore_parts(restorer, parts, folder, made_with=made_with, write=write_image)
    blocks = np.stack([read_image(file) for file in files])
    return blocks.reshape(-1, dataset.num_per_scene, *blocks.shape[1:]), timing


def write_sidd_mat(
    folder: str | Path,
    blocks: np.ndarray,
    *,
    seconds_per_megapixel: float,
    details: dict[str, str] | None = None,
) -> Path:
    """Write ``SubmitSrgb.mat`` for the server of SIDD, and return its place.

    ``DenoisedBlocksSrgb`` is a cell array, 40 x 32, of uint8 blocks 256 x 256 x 3; ``TimeMPSrgb``
    the seconds for a megapixel; ``OptionalData`` a structure of texts.

    Args:
        folder: where it is written.
        blocks: (scenes, blocks, H, W, 3) uint8 RGB.
        seconds_per_megapixel: time for a million pixels.
        details: of the method: ``MethodName``, ``Authors``, ``PaperTitle``, ``Venue``.

    Raises:
        ValueError: the blocks have another shape or type.
    """
    from scipy.io import savemat  # takes a second

    _check(blocks)
    cells = np.empty(blocks.shape[:2], object)
    for place in np.ndindex(cells.shape):
        cells[place] = blocks[place]
    content: dict[str, Any] = {
        'DenoisedBlocksSrgb': cells,
        'TimeMPSrgb': float(seconds_per_megapixel),
        'OptionalData': {'MethodName': '', 'Authors': '', 'PaperTitle': '', 'Venue': ''}
        | (details or {}),
    }
    path = Path(folder, MAT)
    write_atomically(path, lambda file: savemat(file, content, do_compression=True))
    return path


def write_sidd_csv(folder: str | Path, blocks: np.ndarray) -> Path:
    """Write ``SubmitSrgb.csv`` for the competition on Kaggle, and return its place.

    A line for each block, scene by scene: its number from 0 on, ``ID``, and its bytes (rows,
    columns, RGB) in base64, ``BLOCK``.

    Args:
        folder: where it is written.
        blocks: (scenes, blocks, H, W, 3) uint8 RGB.

    Raises:
        ValueError: the blocks have another shape or type.
    """
    _check(blocks)
    path = Path(folder, CSV)

    def write(file: Any) -> None:
        text = io.TextIOWrapper(file, encoding='ascii', newline='', write_through=True)
        rows = csv.writer(text, lineterminator='\n')
        rows.writerow(['ID', 'BLOCK'])
        for number, block in enumerate(blocks.reshape(-1, *blocks.shape[2:])):
            rows.writerow([number, base64.b64encode(block.tobytes()).decode('ascii')])
        text.detach()

    write_atomically(path, write)
    return path


def _image(dataset: SIDDBlocks, index: int) -> np.ndarray:
    return dataset[index]['img']


def _check(blocks: np.ndarray) -> None:
    if blocks.ndim != 5 or blocks.shape[-1] != 3 or blocks.dtype != np.uint8:
        raise ValueError(
            'expected uint8 blocks of (scenes, blocks, height, width, 3), got '
            f'{blocks.dtype} of {blocks.shape}'
        )
