"""Blurred and sharp images from the archives of their authors into the layout of the configs."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from mmrestore.datasets.listing import find_images, without_suffix
from mmrestore.datasets.prepare.benchmarks import BENCHMARKS, Benchmark
from mmrestore.datasets.prepare.folders import appearing
from mmrestore.datasets.prepare.subsets import subset_text
from mmrestore.datasets.prepare.verify import verify

Read = Callable[[str], bytes]
Plan = dict[str, dict[str, str]]  # data set: {place below its folder: file of the archive}


@dataclass(frozen=True)
class PairedSet:
    """How an archive becomes data sets.

    Args:
        plan: from the names of all files and a function that reads one, what goes where.
        benchmarks: names of the data sets that it holds.
        subsets: sizes of random subsets that are written as list files beside a data set.
    """

    plan: Callable[[Iterable[str], Read], Plan]
    benchmarks: tuple[str, ...]
    subsets: Mapping[str, int] = field(default_factory=dict)


def plan_gopro(files: Iterable[str], read: Read) -> Plan:
    """``train/SEQUENCE/blur/FRAME.png`` is named ``SEQUENCE-FRAME.png``; ``sharp`` likewise.

    The folders ``blur_gamma``, the same blur of gamma-corrected frames, are left out.

    Examples:
        >>> plan_gopro(['GOPRO/test/S_1/sharp/07.png'], bytes)['gopro_test']
        {'sharp/S_1-07.png': 'GOPRO/test/S_1/sharp/07.png'}
    """
    plan: Plan = {'gopro_train': {}, 'gopro_test': {}}
    rule = re.compile(r'(?:.*/)?(train|test)/([\w-]+)/(blur|sharp)/([\w-]+\.png)')
    for file in files:
        if match := rule.fullmatch(file):
            split, sequence, kind, frame = match.groups()
            plan[f'gopro_{split}'][f'{kind}/{sequence}-{frame}'] = file
    return plan


def plan_hide(files: Iterable[str], read: Read) -> Plan:
    """Blurred images are those anywhere below ``test``, sharp ones those of equal name in ``GT``.

    Examples:
        >>> files = ['HIDE/test/close-ups/1.png', 'HIDE/GT/1.png', 'HIDE/GT/2.png']
        >>> sorted(plan_hide(files, bytes)['hide'])
        ['blur/1.png', 'sharp/1.png']
    """
    files = set(files)
    sharp = _named(files, r'(?:.*/)?GT/([\w-]+\.png)')
    blurred = _named(files - set(sharp.values()), r'(?:.*/)?test/(?:.*/)?([\w-]+\.png)')
    plan = {f'blur/{name}': file for name, file in blurred.items()}
    plan |= {f'sharp/{name}': file for name, file in sharp.items() if name in blurred}
    return {'hide': plan}


def plan_realblur(files: Iterable[str], read: Read) -> Plan:
    """The pairs of ``RealBlur_R_test_list.txt`` and of J, named ``SCENE-NUMBER.png``.

    Examples:
        >>> files = ['J/scene4/gt/gt_7.png', 'J/scene4/blur/blur_7.png', 'RealBlur_J_test_list.txt']
        >>> plan = plan_realblur(files, lambda name: ' '.join(files[:2]).encode())
        >>> plan['realblur_j']['sharp/scene4-7.png']
        'J/scene4/gt/gt_7.png'
    """
    places = {_last_parts(file): file for file in files}
    lists = _named(places.values(), r'(?:.*/)?RealBlur_([RJ])_test_list\.txt')
    rule = re.compile(r'(?:.*/)?([\w-]+)/(blur|gt)/(?:blur|gt)_(\d+\.png)')
    plan: Plan = {'realblur_r': {}, 'realblur_j': {}}
    for camera, list_file in lists.items():
        for path in read(list_file).decode().split():
            match, file = rule.fullmatch(path), places.get(_last_parts(path))
            if match and file:
                scene, kind, number = match.groups()
                part = 'sharp' if kind == 'gt' else 'blur'
                plan[f'realblur_{camera.lower()}'][f'{part}/{scene}-{number}'] = file
    return plan


PAIRED_SETS: Mapping[str, PairedSet] = MappingProxyType(
    {
        # The subsets are those of TRAPS, figure 7 (d).
        'gopro': PairedSet(
            plan_gopro,
            ('gopro_train', 'gopro_test'),
            MappingProxyType({'gopro_train': 1000, 'gopro_test': 30}),
        ),
        'hide': PairedSet(plan_hide, ('hide',)),
        'realblur': PairedSet(plan_realblur, ('realblur_r', 'realblur_j')),
    }
)


def prepare_pairs(
    name: str,
    source: str | Path,
    root: str | Path,
    *,
    benchmarks: Mapping[str, Benchmark] = BENCHMARKS,
    sets: Mapping[str, PairedSet] = PAIRED_SETS,
    report: Callable[[str], None] = print,
) -> None:
    """Put data sets of pairs in place below ``root``, and verify them.

    A data set is written beside its place and renamed when it is complete and in order; one that is
    there already is verified and never overwritten. List files are written where they are missing.

    Args:
        name: of ``sets``: gopro, hide or realblur.
        source: the archive, or the folder that it was unpacked to.
        root: root of the data; places below it are those of ``benchmarks``.
        benchmarks: what the data sets must hold.
        sets: how archives become data sets.
        report: called with a line of text on every data set.

    Raises:
        ValueError: ``name`` is unknown, the source is missing, damaged or not what it should be, or
            a data set is not in order; the message says what is wrong and where it is to be had.
    """
    if name not in sets:
        raise ValueError(f'unknown data set {name!r}: expected one of {", ".join(sets)}')
    root, paired = Path(root), sets[name]
    folders = {key: root / benchmarks[key].folder for key in paired.benchmarks}
    absent = {key: folder for key, folder in folders.items() if not folder.exists()}
    for key, folder in folders.items():
        if key not in absent:
            report(_verified(key, folder, benchmarks[key], folder))
    if absent:
        with _opened(Path(source), benchmarks[paired.benchmarks[0]].source) as (files, read):
            plan = paired.plan(files, read)
            for key, folder in absent.items():
                if not plan[key]:
                    raise ValueError(
                        f'{source} holds no image of {key}: expected the archive of '
                        f'{benchmarks[key].source}, or the folder that it was unpacked to'
                    )
                with appearing(folder) as partial:
                    _write(plan[key], read, partial)
                    text = _verified(key, partial, benchmarks[key], folder)
                report(text)
    for key, num_images in paired.subsets.items():
        path = folders[key].parent / f'{folders[key].name}_{num_images}.txt'
        if not path.exists():
            names = [without_suffix(file) for file in find_images(folders[key] / 'blur')]
            path.write_text(subset_text(names, num_images), encoding='utf-8')
            report(f'{path}: written')


def _verified(key: str, folder: Path, benchmark: Benchmark, place: Path) -> str:
    """Return the report on a data set in ``folder`` as if it lay in its place already.

    Raises:
        ValueError: it is not in order.
    """
    outcome = verify(key, folder, benchmark)
    text = str(outcome).replace(str(folder), str(place))
    if not outcome.problems:
        return text
    advice = 'what is there is never changed: move it away first' if folder == place else ''
    raise ValueError(f'{text}\n  {advice}'.rstrip())


def _write(plan: Mapping[str, str], read: Read, folder: Path) -> None:
    for place, file in plan.items():
        path = folder / place
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(read(file))


@contextmanager
def _opened(source: Path, advice: str) -> Iterator[tuple[list[str], Read]]:
    """Give the names of all files of an archive or folder, and a function that reads one."""
    if source.is_dir():
        files = sorted(p.relative_to(source).as_posix() for p in source.rglob('*') if p.is_file())
        yield files, lambda file: (source / file).read_bytes()
        return
    if not source.is_file():
        raise ValueError(f'there is neither a file nor a folder {source}: get it from {advice}')
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive.namelist(), archive.read
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(f'{source} is damaged ({error}): get it again from {advice}') from error


def _named(files: Iterable[str], pattern: str) -> dict[str, str]:
    """Return the files that fit a pattern by what its group stands for."""
    matches = {file: re.fullmatch(pattern, file) for file in files}
    return {match[1]: file for file, match in matches.items() if match}


def _last_parts(file: str) -> str:
    return '/'.join(PurePosixPath(file).parts[-4:])
