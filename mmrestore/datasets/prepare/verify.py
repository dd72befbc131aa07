"""Is a data set whole, and is it what it is taken for?"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mmrestore.datasets.image_file import ImageSize, read_image
from mmrestore.datasets.listing import find_images, natural_key, pair, without_suffix
from mmrestore.datasets.prepare.benchmarks import Benchmark
from mmrestore.datasets.threads import in_threads


@dataclass
class Report:
    """The outcome of a verification; without problems the data set is in order.

    Args:
        name: the data set.
        folder: where it was looked for.
        edition: in which of its forms it lies there, if it is in order and there are several.
        problems: what is wrong, in words.
        fingerprints: a digest of the pixels of every readable image, by name.
        pairs: whether the images are inputs and targets, equally many of each.
    """

    name: str
    folder: Path
    edition: str = ''
    problems: list[str] = field(default_factory=list)
    fingerprints: dict[str, str] = field(default_factory=dict)
    pairs: bool = False

    def __str__(self) -> str:
        head = f'{self.name} in {self.folder}'
        if self.problems:
            return '\n  '.join([f'{head}: {len(self.problems)} problem(s)', *self.problems])
        edition = f', {self.edition}' if self.edition else ''
        num = len(self.fingerprints)
        images = f'{num // 2} pairs' if self.pairs else f'{num} images'
        return f'{head}: in order, {images}{edition}'


def verify(name: str, folder: str | Path, benchmark: Benchmark) -> Report:
    """Decode all images of a data set and compare names, number, sizes and contents with the rule.

    Nothing is raised: everything that is wrong, and where the data set is to be had, is in the
    report.

    Args:
        name: name of the data set in the report.
        folder: folder of the images; of pairs, that of their two folders.
        benchmark: what it should hold.
    """
    report = Report(name, Path(folder), pairs=benchmark.pair is not None)
    if benchmark.pair is None:
        _verify_folder(report, '', benchmark)
    else:
        sizes = [_verify_folder(report, f'{part}/', benchmark) for part in benchmark.pair]
        if all(sizes):
            report.problems += _check_pairs(*sizes)
    report.problems += find_duplicates({name: report.fingerprints})
    if report.problems:
        report.problems.append(_advice(benchmark, report.folder))
    return report


def _verify_folder(report: Report, part: str, benchmark: Benchmark) -> dict[str, ImageSize]:
    """Add what is found in one folder to the report; return the sizes of the readable images."""
    folder = report.folder / part
    try:
        names = find_images(folder, recursive=False)
    except ValueError as error:
        report.problems.append(str(error))
        return {}
    sizes: dict[str, ImageSize] = {}
    for file, answer in zip(names, in_threads(_look, [folder / n for n in names]), strict=True):
        if isinstance(answer, str):
            report.problems.append(answer)
        else:
            sizes[file], report.fingerprints[part + file] = answer
    report.edition, strange = _check_sizes(sizes, benchmark)
    where = f'{part}: ' if part else ''
    report.problems += [where + line for line in _check_names(names, benchmark) + strange]
    return sizes


def _check_pairs(inputs: Mapping[str, ImageSize], targets: Mapping[str, ImageSize]) -> list[str]:
    """Say which images have no partner, or one of another size."""
    keys = [{name: without_suffix(name) for name in names} for names in (inputs, targets)]
    pairs, problems = pair(*keys)
    return problems + [
        f'{name} is {_text(inputs[name])}, its target {_text(targets[target])}'
        for name, target in pairs
        if inputs[name] != targets[target]
    ]


def find_duplicates(fingerprints: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Name the images with equal pixels, within and across data sets.

    Args:
        fingerprints: of every data set, the digests of its images by name.

    Examples:
        >>> find_duplicates({'a': {'1.png': 'x'}, 'b': {'2.png': 'x', '3.png': 'y'}})
        ['equal pixels: a/1.png, b/2.png']
    """
    places = defaultdict(list)
    for name, digests in fingerprints.items():
        for file, digest in digests.items():
            places[digest].append(f'{name}/{file}')
    return [f'equal pixels: {", ".join(found)}' for found in places.values() if len(found) > 1]


def _look(path: Path) -> tuple[ImageSize, str] | str:
    try:
        pixels = read_image(path)
    except ValueError as error:
        return str(error)
    digest = hashlib.blake2b(pixels.tobytes(), digest_size=16)
    digest.update(repr(pixels.shape).encode())
    return ImageSize(*pixels.shape[:2]), digest.hexdigest()


def _check_names(names: list[str], benchmark: Benchmark) -> list[str]:
    if not benchmark.names:
        num, expected = len(names), benchmark.num_images
        return [] if num == expected else [f'expected {expected} images, found {num}']
    found = {without_suffix(name) for name in names}
    expected_names = set(benchmark.names)
    problems = []
    for word, odd in (('missing', expected_names - found), ('not of it', found - expected_names)):
        if odd:
            problems.append(f'{word} ({len(odd)}): {_join(odd)}')
    return problems


def _check_sizes(sizes: Mapping[str, ImageSize], benchmark: Benchmark) -> tuple[str, list[str]]:
    """Return the edition that fits most images, and the images that it does not fit."""
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
    parts = [str(folder / part) for part in benchmark.pair or ('',)]
    places = ' and, with equal names, '.join(parts)
    return f'it is to be had from {benchmark.source}; its images belong directly in {places}'
