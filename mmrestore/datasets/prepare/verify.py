"""Verification of public data sets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mmrestore.datasets.folder_search import find_images, natural_key
from mmrestore.datasets.image_file import ImageSize, inspect_image, read_image
from mmrestore.datasets.listing import fit, pair
from mmrestore.datasets.prepare.benchmarks import BENCHMARKS, Benchmark
from mmrestore.datasets.prepare.report import Report, find_duplicates
from mmrestore.datasets.sidd_blocks import read_split
from mmrestore.datasets.threads import in_threads
from mmrestore.registry import suggest


def verify(name: str, folder: str | Path, benchmark: Benchmark, *, decode: bool = True) -> Report:
    """Verify names, number, sizes and contents of the images of a data set.

    Nothing is raised: the report contains all problems and the download source.

    Args:
        name: name of the data set in the report.
        folder: folder of the images, or parent of both folders for pairs.
        benchmark: expected contents.
        decode: decode all images, which finds damage in the middle of a file and duplicates; False
            reads only headers and file ends.
    """
    report = Report(name, Path(folder), pairs=benchmark.pair is not None)
    if benchmark.split is not None:
        _verify_blocks(report, benchmark, benchmark.split)
    else:
        parts = zip(benchmark.pair or ('',), benchmark.patterns, strict=False)
        found = [_verify_folder(report, *part, benchmark, decode=decode) for part in parts]
        if benchmark.pair is not None and all(found):
            report.problems += _check_pairs(*found)
    report.problems += find_duplicates({name: report.fingerprints})
    if report.problems:
        report.problems.append(_advice(benchmark, report.folder))
    return report


def verify_all(
    names: Sequence[str], root: str | Path, *, folder: str | Path | None = None
) -> list[Report]:
    """Verify known data sets below a root; all data sets if no name is given.

    Args:
        names: keys of ``BENCHMARKS``.
        root: data root.
        folder: folder of a single named data set, instead of its default folder.

    Raises:
        ValueError: a data set is unknown, or ``folder`` is given with none or several names.
    """
    names = list(names) or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise ValueError(
            f'unknown data set {unknown[0]!r}.{suggest(unknown[0], BENCHMARKS)} Expected one of '
            f'{", ".join(BENCHMARKS)}'
        )
    if folder is not None and len(names) != 1:
        raise ValueError(f'--folder needs exactly one data set, got {len(names)}: name it')
    return [
        verify(name, folder or Path(root, BENCHMARKS[name].folder), BENCHMARKS[name])
        for name in names
    ]


class _Found(NamedTuple):
    """Readable image: text for ``{}`` in the pattern, and size."""

    key: str
    size: ImageSize


def _verify_folder(
    report: Report, part: str, pattern: str, benchmark: Benchmark, *, decode: bool
) -> dict[str, _Found]:
    """Add the results of one folder to the report; return the readable images."""
    folder = report.folder / part
    try:
        keys = fit(find_images(folder, recursive=False), pattern)
    except ValueError as error:
        if str(error) not in report.problems:  # inputs and targets may be in one folder
            report.problems.append(str(error))
        return {}
    found: dict[str, _Found] = {}
    look = _look if decode else _glance
    for file, answer in zip(keys, in_threads(look, [folder / file for file in keys]), strict=True):
        if isinstance(answer, str):
            report.problems.append(answer)
            continue
        size, digest = answer
        found[file] = _Found(keys[file], size)
        if digest:
            report.fingerprints[f'{part}/{file}' if part else file] = digest
    report.num_images += len(found)
    sizes = {file: image.size for file, image in found.items()}
    report.edition, strange = _check_sizes(sizes, benchmark)
    where = f'{part}/: ' if part else f'{pattern}: ' if pattern != '{}' else ''
    problems = _check_names(set(keys.values()), len(keys), benchmark) + strange
    report.problems += [where + line for line in problems]
    return found


def _check_pairs(inputs: Mapping[str, _Found], targets: Mapping[str, _Found]) -> list[str]:
    """Return descriptions of images without partner, or with a partner of another size."""
    keys = [{name: image.key for name, image in images.items()} for images in (inputs, targets)]
    pairs, problems = pair(*keys)
    return problems + [
        f'{name} is {_text(inputs[name].size)}, its target {_text(targets[target].size)}'
        for name, target in pairs
        if inputs[name].size != targets[target].size
    ]


def _verify_blocks(report: Report, benchmark: Benchmark, split: str) -> None:
    """Add the results of the SIDD files to the report."""
    try:
        arrays = read_split(report.folder, split)
    except ValueError as error:
        report.problems.append(str(error))
        return
    scenes, blocks, height, width, _ = arrays[0].shape
    report.pairs = len(arrays) == 2
    report.num_images = len(arrays) * scenes * blocks
    if scenes * blocks != benchmark.num_images:
        report.problems.append(f'expected {benchmark.num_images} blocks, found {scenes * blocks}')
    sizes = {'a block': ImageSize(height, width)}
    report.edition, strange = _check_sizes(sizes, benchmark)
    report.problems += strange


def _look(path: Path) -> tuple[ImageSize, str] | str:
    """Return the size of an image and a digest of its pixels, or an error text."""
    try:
        pixels = read_image(path)
    except ValueError as error:
        return str(error)
    digest = hashlib.blake2b(pixels.tobytes(), digest_size=16)
    digest.update(repr(pixels.shape).encode())
    return ImageSize(*pixels.shape[:2]), digest.hexdigest()


def _glance(path: Path) -> tuple[ImageSize, str] | str:
    """Return the size of an image without decoding it, or an error text."""
    try:
        return inspect_image(path), ''
    except ValueError as error:
        return str(error)


def _check_names(found: set[str], num: int, benchmark: Benchmark) -> list[str]:
    problems = []
    if not benchmark.names and num != benchmark.num_images:
        problems.append(f'expected {benchmark.num_images} images, found {num}')
    names = set(benchmark.names)
    odd = {
        'missing': names - found,
        'not of it': found - names if names else set(),
        'images to test on': found & set(benchmark.foreign),
    }
    return problems + [f'{word} ({len(some)}): {_join(some)}' for word, some in odd.items() if some]


def _check_sizes(sizes: Mapping[str, ImageSize], benchmark: Benchmark) -> tuple[str, list[str]]:
    """Return the edition that matches most images, and descriptions of other images."""
    if not benchmark.editions or not sizes:
        return '', []
    odd = {
        edition: [name for name, size in sizes.items() if not rule(size)]
        for edition, rule in benchmark.editions.items()
    }
    edition = min(odd, key=lambda e: len(odd[e]))
    return edition, [
        f'{name} is {_text(sizes[name])}, expected: {edition}' for name in odd[edition]
    ]


def _text(size: ImageSize) -> str:
    return f'{size.width}x{size.height}'


def _join(names: Iterable[str]) -> str:
    return ', '.join(sorted(names, key=natural_key))


def _advice(benchmark: Benchmark, folder: Path) -> str:
    parts = dict.fromkeys(str(folder / part) for part in benchmark.pair or ('',))
    places = ' and, with the same names, '.join(parts)
    files = 'files' if benchmark.split else 'images'
    return f'get it from {benchmark.source}; its {files} belong directly in {places}'
