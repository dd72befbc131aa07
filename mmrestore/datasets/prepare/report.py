"""Report of a data-set verification."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Report:
    """Result of a verification; the data set is valid if there are no problems.

    Args:
        name: name of the data set.
        folder: folder of the data set.
        edition: detected edition, if there are several.
        problems: descriptions of problems.
        fingerprints: digest of the pixels of each readable image, by name.
        pairs: True if the images are inputs and equally many targets.
        num_images: number of readable images, inputs and targets together.
    """

    name: str
    folder: Path
    edition: str = ''
    problems: list[str] = field(default_factory=list)
    fingerprints: dict[str, str] = field(default_factory=dict)
    pairs: bool = False
    num_images: int = 0

    def __str__(self) -> str:
        head = f'{self.name} in {self.folder}'
        if self.problems:
            return '\n  '.join([f'{head}: {len(self.problems)} problem(s)', *self.problems])
        edition = f', {self.edition}' if self.edition else ''
        num = self.num_images
        images = f'{num // 2} pairs' if self.pairs else f'{num} images'
        return f'{head}: in order, {images}{edition}'


def find_duplicates(fingerprints: Mapping[str, Mapping[str, str]]) -> list[str]:
    """List the images with identical pixels, within and across data sets.

    Args:
        fingerprints: digests of the images of each data set by name.

    Examples:
        >>> find_duplicates({'a': {'1.png': 'x'}, 'b': {'2.png': 'x', '3.png': 'y'}})
        ['equal pixels: a/1.png, b/2.png']
    """
    places = defaultdict(list)
    for name, digests in fingerprints.items():
        for file, digest in digests.items():
            places[digest].append(f'{name}/{file}')
    return [f'equal pixels: {", ".join(found)}' for found in places.values() if len(found) > 1]
