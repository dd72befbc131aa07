"""What is checked of the files of a folder data set before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mmrestore.datasets.picture import Header, ImageSize
from mmrestore.datasets.remembered_headers import checked_headers


class FolderCheck(NamedTuple):
    """What was found about the files of a data set.

    Attributes:
        headers: what is known of each image that can be read, by its file.
        unreadable: index of the sample and reason, of each file that cannot be read.
        problems: what is wrong with files that can be read, in words.
    """

    headers: dict[str, Header]
    unreadable: list[tuple[int, str]]
    problems: list[str]


def check_files(
    samples: Sequence[Mapping[str, str]], *, least: ImageSize, scale: int, decode: bool
) -> FolderCheck:
    """Check that images are whole, of one depth and large enough, and that the sizes of pairs fit.

    Files that passed before and have the same size and time are not opened again, see
    ``checked_headers``.

    Args:
        samples: the files, ``img_path`` and of pairs ``gt_path``.
        least: height and width that an input must have.
        scale: height and width of a target divided by those of its input.
        decode: whether files are decoded, which also finds damage in the middle.

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
    """Name the files whose values have another type than those of most."""
    types = [header.dtype for header in headers.values()]
    most = max(set(types), key=types.count, default=None)
    return [
        f'{path} gives {header.dtype}, most others {most}: the images of a data set need one '
        'depth, convert them'
        for path, header in headers.items()
        if header.dtype != most
    ]


def _compare(
    sample: Mapping[str, str], size: ImageSize, target: ImageSize, scale: int
) -> list[str]:
    if target == (size.height * scale, size.width * scale):
        return []
    expected = 'the same size' if scale == 1 else f'{scale} times as much'
    return [
        f'{sample["img_path"]} is {_text(size)}, its target {sample["gt_path"]} is '
        f'{_text(target)}: expected {expected}'
    ]


def _text(size: ImageSize) -> str:
    return f'{size.height}x{size.width} (height x width)'
