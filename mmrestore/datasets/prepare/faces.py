"""Face crops of fixed sizes from videos and pictures, without resampling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

import cv2
import numpy as np

from mmrestore.datasets.folder_search import list_folder, natural_key
from mmrestore.datasets.image_file import EXTENSIONS, read_image
from mmrestore.datasets.image_writer import write_image
from mmrestore.datasets.prepare.face_detection import Box, Detector, cascade_detector
from mmrestore.datasets.prepare.folders import appearing
from mmrestore.files import printable, write_text

VIDEOS = frozenset(('.mp4', '.m4v', '.mov', '.avi', '.mkv', '.webm', '.mpg', '.mpeg', '.wmv'))
NUM_COMPARED = 8  # number of preceding crops compared with a new crop
SHARES = {'train': 4, 'val': 1, 'test': 1}


def crop_faces(
    source: str | Path,
    target: str | Path,
    *,
    sizes: Sequence[int] = (120, 30),
    tolerance: float = 0.15,
    frame_step: int = 25,
    least_change: float = 4.0,
    detect: Detector | None = None,
    report: Callable[[str], None] = print,
) -> dict[int, int]:
    """Crop faces from all videos and pictures below a folder at their original resolution.

    A face whose detected size is close to one of ``sizes`` gives a square crop of exactly that size
    around its center. Faces of other sizes and crops that extend beyond the frame are skipped.
    Crops are written to ``SIZE/FILE/FRAME_NUMBER.png`` below ``target``. Files are divided into
    splits with about 4 : 1 : 1 of the crops, listed in ``SIZE_train.txt``, ``SIZE_val.txt`` and
    ``SIZE_test.txt``; splits share no video. Empty lists are not written.

    Source: the data of Liu, Shu and Wu, "Deep learning with inaccurate training data for image
    restoration", section 4.1; its detector and step are not published.

    Args:
        source: folder of videos and pictures, including subfolders.
        target: folder that is created when all crops are written.
        sizes: sides of the crops in pixels.
        tolerance: relative tolerance of the detected size.
        frame_step: use every ``frame_step``-th frame of a video.
        least_change: minimum mean absolute difference, in gray levels, of a crop to each of the
            preceding crops of its video; more similar crops are skipped.
        detect: face detector; that of scikit-image if None.
        report: called with a line of text for each file and size, and at the end.

    Returns:
        The number of crops of each size.

    Raises:
        ValueError: an option is outside its range, no video or picture exists or one cannot be
            read, or no face is found.
        FileExistsError: ``target`` exists.
    """
    if not sizes or min(sizes) < 1 or frame_step < 1 or not 0 <= tolerance < 1:
        raise ValueError(
            'expected positive sizes, a positive frame_step and a tolerance in [0, 1), '
            f'got {list(sizes)}, {frame_step} and {tolerance}'
        )
    files = find_files(Path(source))
    detect = detect or cascade_detector()
    made: dict[int, dict[str, list[str]]] = {size: {name: [] for name in files} for size in sizes}
    with appearing(Path(target)) as folder:
        for name, size in product(files, sizes):
            limits = round(size * (1 - tolerance)), round(size * (1 + tolerance))
            kept: list[np.ndarray] = []
            for number, frame in read_frames(Path(source, name), frame_step):
                crops = [square(frame, box, size) for box in detect(name, number, frame, *limits)]
                new = [c for c in crops if c is not None and _differs(c, kept, least_change)]
                for i, crop in enumerate(new):
                    made[size][name].append(f'{name}/{number:06d}_{i}.png')
                    write_image(folder / str(size) / made[size][name][-1], crop)
                kept = (kept + new)[-NUM_COMPARED:]
            report(f'{name}: {len(made[size][name])} crops of {size}')
        numbers = {size: sum(map(len, by_file.values())) for size, by_file in made.items()}
        if not any(numbers.values()):
            raise ValueError(
                f'found no face of {" or ".join(map(str, sizes))} pixels in the {len(files)} files '
                f'in {source}: use a larger tolerance or other sizes, or give a file of boxes'
            )
        parts = divide({name: sum(len(made[size][name]) for size in sizes) for name in files})
        for (size, by_file), (part, members) in product(made.items(), parts.items()):
            if lines := [line for name in members for line in by_file[name]]:
                write_text(folder / f'{size}_{part}.txt', '\n'.join(lines) + '\n')
    report(f'{target}: ' + ', '.join(f'{num} crops of {size}' for size, num in numbers.items()))
    return numbers


def divide(numbers: Mapping[str, int], shares: Mapping[str, int] = SHARES) -> dict[str, list[str]]:
    """Divide files into splits with numbers of crops in proportion to ``shares``.

    Examples:
        >>> divide({'a': 5, 'b': 40, 'c': 10, 'd': 9, 'e': 0})
        {'train': ['b'], 'val': ['c'], 'test': ['a', 'd']}
    """
    parts: dict[str, list[str]] = {part: [] for part in shares}
    filled = dict.fromkeys(shares, 0)
    for name in sorted(numbers, key=lambda n: (-numbers[n], natural_key(n))):
        if numbers[name]:
            part = min(shares, key=lambda p: filled[p] / shares[p])
            parts[part].append(name)
            filled[part] += numbers[name]
    return {part: sorted(members, key=natural_key) for part, members in parts.items()}


def find_files(root: Path) -> list[str]:
    """Return the relative names of videos and pictures below a folder, in natural order.

    Raises:
        ValueError: no file is found.
    """
    names = list_folder(root, extensions=VIDEOS | EXTENSIONS).images
    if not names:
        raise ValueError(
            f'found no video or picture in or below {root}: expected files with one of the '
            f'extensions {" ".join(sorted(VIDEOS | EXTENSIONS))}'
        )
    return names


def read_frames(path: Path, step: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield every ``step``-th frame (H, W, 3) RGB uint8 with its number; a picture is frame 0.

    Raises:
        ValueError: the file cannot be read or is not of 8 bit.
    """
    if path.suffix.lower() in EXTENSIONS:
        picture = read_image(path)
        if picture.dtype != np.uint8:
            raise ValueError(f'expected a picture of 8 bit, got {picture.dtype} in {path}')
        yield 0, picture
        return
    try:
        str(path).encode()
    except UnicodeEncodeError as error:  # OpenCV would end the process
        raise ValueError(f'the name {printable(path)} is not in UTF-8: rename the file') from error
    video = cv2.VideoCapture(str(path))
    try:
        number = 0
        while video.grab():
            if number % step == 0:
                decoded, frame = video.retrieve()
                if not decoded:
                    break
                yield number, cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
            number += 1
    finally:
        video.release()
    if not number:
        raise ValueError(
            f'cannot decode {path}: it is damaged, or the installed OpenCV lacks its codec'
        )


def square(frame: np.ndarray, box: Box, size: int) -> np.ndarray | None:
    """Crop a square of ``size`` pixels around the center of a box; None if it leaves the frame.

    Examples:
        >>> square(np.arange(30).reshape(5, 6), Box(left=1, top=1, width=3, height=3), 2).tolist()
        [[14, 15], [20, 21]]
    """
    top = round(box.top + box.height / 2 - size / 2)
    left = round(box.left + box.width / 2 - size / 2)
    if min(top, left) < 0 or top + size > frame.shape[0] or left + size > frame.shape[1]:
        return None
    return frame[top : top + size, left : left + size]


def _differs(crop: np.ndarray, others: Sequence[np.ndarray], least_change: float) -> bool:
    return all(np.abs(crop.astype(int) - other).mean() >= least_change for other in others)
