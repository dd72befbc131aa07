"""Preparation of DIV2K from the official archives."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mmrestore.datasets.image_file import inspect_image
from mmrestore.datasets.prepare.benchmarks import BENCHMARKS
from mmrestore.datasets.prepare.folders import appearing
from mmrestore.datasets.prepare.sub_images import cut_sub_images
from mmrestore.datasets.threads import in_threads

PAGE = 'https://data.vision.ee.ethz.ch/cvl/DIV2K/'
SPLITS: Mapping[str, tuple[str, ...]] = {
    split: BENCHMARKS[f'div2k_{split}'].names for split in ('train', 'valid')
}


class Part(NamedTuple):
    """Archive of DIV2K: name, unpacked folder, target folder and files."""

    archive: str
    unpacked: str
    folder: str
    files: tuple[str, ...]


def list_parts(splits: Mapping[str, Collection[str]], scales: Iterable[int]) -> list[Part]:
    """Return the archives of DIV2K: HR of each split, followed by bicubic LR of the scales.

    Examples:
        >>> list_parts({'train': ['0001']}, [2])[1]
        Part(archive='DIV2K_train_LR_bicubic_X2.zip', unpacked='DIV2K_train_LR_bicubic/X2', \
folder='DIV2K/train/LR_bicubic/X2', files=('0001x2.png',))
    """
    parts = []
    for split, names in splits.items():
        stem = f'DIV2K_{split}_HR'
        files = tuple(f'{name}.png' for name in names)
        parts.append(Part(f'{stem}.zip', stem, f'DIV2K/{split}/HR', files))
        for scale in scales:
            stem = f'DIV2K_{split}_LR_bicubic'
            files = tuple(f'{name}x{scale}.png' for name in names)
            folder = f'DIV2K/{split}/LR_bicubic/X{scale}'
            parts.append(Part(f'{stem}_X{scale}.zip', f'{stem}/X{scale}', folder, files))
    return parts


def prepare_div2k(
    source: str | Path,
    root: str | Path,
    *,
    scales: Collection[int] = (),
    splits: Mapping[str, Collection[str]] = SPLITS,
    report: Callable[[str], None] = print,
) -> None:
    """Unpack DIV2K below ``root``; existing folders are verified and never overwritten.

    Each folder is written under a temporary name and renamed when it is complete. Only the official
    files are extracted, from any folder of an archive.

    Args:
        source: folder with the official zip files, or with the unpacked folders.
        root: data root; the images are written to ``DIV2K/train/HR``, ``DIV2K/valid/HR``,
            ``DIV2K/train/LR_bicubic/X2`` and so on.
        scales: scales 2, 3 or 4 of LR images to unpack.
        splits: names of the images of each split, without extension.
        report: called with a line of text for each folder.

    Raises:
        ValueError: an archive is missing, incomplete, damaged or unsafe to unpack. All missing
            archives are named before anything is unpacked.
    """
    source, root = Path(source), Path(root)
    strange = sorted(set(scales) - {2, 3, 4})
    if strange:
        raise ValueError(f'DIV2K has LR images of scales 2, 3 and 4, got {strange}')
    parts = list_parts(splits, scales)
    absent = [
        part.archive
        for part in parts
        if not (root / part.folder).exists()
        and not (source / part.archive).is_file()
        and not (source / part.unpacked).is_dir()
    ]
    if absent:
        raise ValueError(
            f'{source} has neither the files {", ".join(absent)} nor their unpacked folders: '
            f'get them from {PAGE}'
        )
    for part in parts:
        target = root / part.folder
        if target.exists():
            _check(target, part)
            report(f'{target}: already complete, {len(part.files)} images')
            continue
        with appearing(target) as folder:
            if (source / part.archive).is_file():
                _unpack(source / part.archive, folder, part)
            else:
                _copy(source / part.unpacked, folder, part)
            _check(folder, part)
        report(f'{target}: written, {len(part.files)} images')


def cut_div2k_sub_images(
    root: str | Path, *, scales: Iterable[int] = ()
) -> Iterator[tuple[Path, int]]:
    """Cut the training images into sub-images of 480 x 480, and LR images correspondingly.

    Yields:
        Folder and number of sub-images.
    """
    train = Path(root, 'DIV2K/train')
    cuts = {'HR': 1, **{f'LR_bicubic/X{scale}': scale for scale in scales}}
    for folder, scale in cuts.items():
        target = train / f'{folder}_sub'
        num = cut_sub_images(train / folder, target, size=480 // scale, step=240 // scale)
        yield target, num


def _unpack(archive: Path, folder: Path, part: Part) -> None:
    try:
        with zipfile.ZipFile(archive) as opened:
            members = {}
            for member in opened.infolist():
                path = PurePosixPath(member.filename.replace('\\', '/'))
                if path.is_absolute() or '..' in path.parts:
                    raise ValueError(
                        f'{archive} contains {member.filename!r}, a path outside the folder: '
                        f'it is not an archive of DIV2K, get it again from {PAGE}'
                    )
                if path.name in members:
                    raise ValueError(f'{archive} contains {path.name} twice')
                if path.name in part.files and not member.is_dir():
                    members[path.name] = member
            for name, member in members.items():
                with opened.open(member) as packed, open(folder / name, 'wb') as file:
                    shutil.copyfileobj(packed, file)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(f'{archive} is damaged ({error}): get it again from {PAGE}') from error


def _copy(source: Path, folder: Path, part: Part) -> None:
    for name in part.files:
        if (source / name).is_file():
            shutil.copyfile(source / name, folder / name)


def _check(folder: Path, part: Part) -> None:
    """Raise unless the folder contains exactly the complete images of the archive."""
    found = {path.name for path in folder.iterdir()}
    problems = [f'{name} is missing' for name in part.files if name not in found]
    problems += [f'{name} is unexpected' for name in sorted(found - set(part.files))]
    present = [folder / name for name in part.files if name in found]
    problems += [answer for answer in in_threads(_complaint, present) if answer]
    if problems:
        raise ValueError(
            f'{part.folder} ({part.archive}) has problems. Get it from {PAGE}; move an existing '
            'folder away first.\n  ' + '\n  '.join(problems)
        )


def _complaint(path: Path) -> str:
    try:
        inspect_image(path)
    except ValueError as error:
        return str(error)
    return ''
