"""Check of the files of a folder data set before training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mmrestore.datasets.picture import Header, ImageSize
from mmrestore.datasets.remembered_headers import checked_headers


class FolderCheck(NamedTuple):
    """Result of the check of a data set's files.

    Attributes:
        headers: headers of the readable images by file.
        unreadable: sample index and reason for each unreadable file.
        problems: descriptions of problems with readable files.
    """

    headers: dict[str, Header]
    unreadable: list[tuple[int, str]]
    problems: list[str]


def check_files(
    samples: Sequence[Mapping[str, str]], *, least: ImageSize, scale: int, decode: bool
) -> FolderCheck:
    """Check that images are complete, equally deep and large enough, and that pairs match in size.

    Files that passed an earlier check with the same size and modification time are not opened
    again, see ``checked_headers``.

    Args:
        samples: dictionaries with ``img_path`` and, for pairs, ``gt_path``.
        least: minimum height and width of an input.
        scale: ratio of target size to input size.
        decode: decode the files, which also finds damage in the middle.

    Examples:
        >>> missing = [{'img_path': 'a.png'}]
        >>> check_files(missing, least=ImageSize(1, 1), scale=1, decode=False).unreadable[0][0]
        0
    """
    paths = [[s[side] for s in samples if side in s] for side in ('img_path', 'gt_path')]
    answers = [checked_headers(side, decode=decode) for side in paths]
    unreadable = [(i, a) for side in answers for i, a in enumerate(side) if isinstance(a, str)]
    inputs, targets = (
        {path: a for path, a in zip(*side, strict=True) if isinstance(a, Header)}
        for side in zip(paths, answers, strict=True)
    )
    problems = _mixed_depths(inputs) + _mixed_depths(targets)
    for sample in samples:
        header, target = inputs.get(sample['img_path']), targets.get(sample.get('gt_path', ''))
        if header is not None and target is not None:
            problems += _compare(sample, header.size, target.size, scale)
    problems += [
        f'{path} is {_text(header.size)}, smaller than the {_text(least)} of the pipeline'
        for path, header in inputs.items()
        if header.size.height < least.height or header.size.width < least.width
    ]
    return FolderCheck({**inputs, **targets}, unreadable, problems)


def _mixed_depths(headers: Mapping[str, Header]) -> list[str]:
    """Describe the files whose dtype differs from the most frequent one."""
    types = [header.dtype for header in headers.values()]
    most = max(set(types), key=types.count, default=None)
    return [
        f'{path} has values of {header.dtype}, most others of {most}: convert the images of a data '
        'set to the same bit depth'
        for path, header in headers.items()
        if header.dtype != most
    ]


def _compare(
    sample: Mapping[str, str], size: ImageSize, target: ImageSize, scale: int
) -> list[str]:
    if target == (size.height * scale, size.width * scale):
        return []
    expected = 'the same size' if scale == 1 else f'{scale} times the size of the input'
    return [
        f'{sample["img_path"]} is {_text(size)}, its target {sample["gt_path"]} is '
        f'{_text(target)}: expected {expected}'
    ]


def _text(size: ImageSize) -> str:
    return f'{size.height}x{size.width} (height x width)'
