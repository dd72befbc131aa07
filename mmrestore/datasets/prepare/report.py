"""What a verification found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


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
        num_images: how many images can be read, inputs and targets together.
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
