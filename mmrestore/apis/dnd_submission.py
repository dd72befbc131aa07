"""Submission files of the Darmstadt Noise Dataset (DND).

The file format is not verified against the server, since the kit for participants is not part of
the papers: check it against the kit before the first submission.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from torch import nn

from mmrestore.apis.submission import Timing, restore_parts
from mmrestore.datasets.dnd_boxes import DNDBoxes, box_name
from mmrestore.datasets.matlab_file import read_matlab
from mmrestore.files import write_atomically

EVALUATION = '1.0'


def restore_dnd(
    restorer: nn.Module, root: str | Path, folder: str | Path, *, made_with: str
) -> tuple[dict[str, list[Path]], Timing]:
    """Restore the boxes of DND into ``folder/boxes/IMAGE_BOX.mat``.

    Each file holds ``Idenoised_crop``, (512, 512, 3) float32 RGB in [0, 1], clipped and not
    rounded. Existing files are kept, so that a killed run can be resumed.

    Args:
        restorer: made by ``init_restorer``.
        root: folder of ``info.mat`` and ``images_srgb``.
        folder: where results are kept.
        made_with: ``fingerprint`` of the network.

    Returns:
        The files of every image, by its name, and the time of restoring them.

    Raises:
        ModuleNotFoundError: the files of DND need h5py, and it is not installed.
        ValueError: a file of DND is missing or wrong, or the folder holds results of another
            network.
    """
    dataset = DNDBoxes(root, pipeline=[])
    parts, files = {}, dict[str, list[Path]]()
    for index, (image, box, _) in enumerate(dataset.boxes):
        file = Path(folder, 'boxes', f'{box_name(image, box)}.mat')
        parts[file] = partial(_image, dataset, index)
        files.setdefault(f'{image + 1:04d}', []).append(file)
    timing = restore_parts(restorer, parts, folder, made_with=made_with, write=write_box)
    return files, timing


def write_box(path: str | Path, image: np.ndarray) -> None:
    """Write a restored box atomically as a MATLAB file.

    Args:
        path: the file.
        image: (H, W, 3) floating-point RGB in [0, 1].

    Raises:
        ValueError: it is not floating point.
    """
    from scipy.io import savemat  # takes a second

    if image.dtype.kind != 'f':
        raise ValueError(f'expected a floating-point image in [0, 1], got {image.dtype}')
    content = {'Idenoised_crop': image.astype(np.float32)}
    write_atomically(Path(path), lambda file: savemat(file, content))


def bundle_dnd(files: dict[str, list[Path]], folder: str | Path) -> list[Path]:
    """Join the boxes of every image in ``folder/bundled/IMAGE.mat``, the files to upload.

    A file holds ``Idenoised``, a cell array of the boxes, ``israw``, false, and ``eval_version``.

    Args:
        files: the files of the boxes of every image, by its name.
        folder: where results are kept.

    Raises:
        ValueError: a file of a box is missing or damaged.
    """
    from scipy.io import savemat  # takes a second

    written = []
    for name, boxes in files.items():
        cells = np.empty(len(boxes), object)
        for k, box in enumerate(boxes):
            cells[k] = read_matlab(box, 'Idenoised_crop')
        content = {'Idenoised': cells, 'israw': False, 'eval_version': EVALUATION}
        path = Path(folder, 'bundled', f'{name}.mat')
        write_atomically(path, partial(savemat, mdict=content))
        written.append(path)
    return written


def _image(dataset: DNDBoxes, index: int) -> np.ndarray:
    return dataset[index]['img']
