"""Is a data set whole, and is it what it is taken for?"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mmrestore.datasets.image_file import ImageSize, read_image
from mmrestore.datasets.listing import find_images, natural_key, without_suffix
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
    """

    name: str
    folder: Path
    edition: str = ''
    problems: list[str] = field(default_factory=list)
    fingerprints: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        head = f'{self.name} in {self.folder}'
        if self.problems:
            return '\n  '.join([f'{head}: {len(self.problems)} problem(s)', *self.problems])
        edition = f', {self.edition}' if self.edition else ''
        return f'{head}: in order, {len(self.fingerprints)} images{edition}'


def verify(name: str, folder: str | Path, benchmark: Benchmark) -> Report:
    """Decode all images of a data set and compare names, number, sizes and contents with the rule.

    Nothing is raised: everything that is wrong, and where the data set is to be had, is in the
    report.

    Args:
        name: name of the data set in the report.
        folder: folder of the images.
        benchmark: what it should hold.
    """
    report = Report(name, Path(folder))
    try:
        names = find_images(folder, recursive=False)
    except ValueError as error:
        report.problems += [str(error), _advice(benchmark, report.folder)]
        return report
    sizes: dict[str, ImageSize] = {}
    for file, answer in zip(
        names, in_threads(_look, [report.folder / n for n in names]), strict=True
    ):
        if isinstance(answer, str):
            report.problems.append(answer)
        else:
            sizes[file], report.fingerprints[file] = answer
    report.problems += _check_names(names, benchmark)
    report.edition, strange = _check_sizes(sizes, benchmark)
    report.problems += strange + find_duplicates({name: report.fingerprints})
    if report.problems:
        report.problems.append(_advice(benchmark, report.folder))
    return report


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
        f'{name} is {sizes[name].width}x{sizes[name].height}, expected: {edition}'
        for name in odd[edition]
    ]


def _join(names: Iterable[str]) -> str:
    return ', '.join(sorted(names, key=natural_key))


def _advice(benchmark: Benchmark, folder: Path) -> str:
    return f'it is to be had from {benchmark.source}; its images belong directly in {folder}'
