"""Pairs of restored and target images in two folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mmrestore.datasets.folder_search import find_images
from mmrestore.datasets.image_file import read_header
from mmrestore.datasets.listing import fit, pair, problem_list
from mmrestore.datasets.picture import Header
from mmrestore.datasets.threads import in_threads
from mmrestore.files import printable


def find_pairs(
    restored: Path, target: Path, pattern: str, target_pattern: str, *, partial: bool
) -> tuple[list[tuple[Path, Path]], int]:
    """Return the files of each pair, and how many targets have no restored image.

    Raises:
        ValueError: a folder is missing or empty, or images lack their partners.
    """
    inputs = fit(find_images(restored), pattern)
    targets = fit(find_images(target), target_pattern)
    for found, root, of in ((inputs, restored, pattern), (targets, target, target_pattern)):
        if not found:
            raise ValueError(f'no image in {printable(root)} fits the pattern {of!r}')
    names, problems = pair(inputs, targets, complete=False)
    if not names:
        raise ValueError(
            f'no image in {printable(restored)}, such as {printable(next(iter(inputs)))}, has the '
            f'name of one in {printable(target)}, such as {printable(next(iter(targets)))}: state '
            "what the names differ in by --pattern '{}_restored' or --target-pattern '{}_clean'"
        )
    taken = {two for _, two in names}
    missing = [name for name in targets if name not in taken]
    if not partial:
        problems += [f'{name} has no restored image (--partial leaves it out)' for name in missing]
    if problems:
        raise ValueError(problem_list(f'the comparison with {target}', problems))
    return [(restored / one, target / two) for one, two in names], len(missing)


def check_pairs(pairs: Sequence[tuple[Path, Path]], color: str) -> None:
    """Check that all images can be read and that those of a pair agree.

    Raises:
        ValueError: they do not; the message names all of them.
    """
    problems: list[str] = []
    for files, found in zip(pairs, in_threads(_headers, pairs), strict=True):
        if isinstance(found, str):
            problems.append(found)
            continue
        (one, two), (first, second) = files, found
        if first.size != second.size:
            sizes = [f'{size.height}x{size.width}' for size in (first.size, second.size)]
            problems.append(f'{one} is {sizes[0]} (height x width), its target {two} {sizes[1]}')
        elif color == 'same' and (first.channels == 1) != (second.channels == 1):
            which = 'gray' if first.channels == 1 else 'color'
            problems.append(
                f'{one} is {which}, {two} is not: --color gray compares the luma, --color rgb '
                'repeats gray'
            )
    if problems:
        raise ValueError(problem_list('the comparison', problems))


def _headers(files: tuple[Path, Path]) -> list[Header] | str:
    try:
        return [read_header(file) for file in files]
    except ValueError as error:
        return str(error)
