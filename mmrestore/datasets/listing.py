"""Which image files belong to a data set: finding, ordering, choosing and pairing them."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from mmrestore.datasets.image_file import EXTENSIONS


def natural_key(name: str) -> tuple:
    """Return a sorting key that orders numbers in names by value, and is the same everywhere.

    Examples:
        >>> sorted(['b1.png', 'a10.png', 'a9.png'], key=natural_key)
        ['a9.png', 'a10.png', 'b1.png']
    """
    parts = re.split(r'([0-9]+)', name.casefold())
    return tuple(int(part) if i % 2 else part for i, part in enumerate(parts)), name


def find_images(root: str | Path, *, recursive: bool = True) -> list[str]:
    """Return the images below ``root``, as names relative to it with ``/``, in natural order.

    Hidden files and folders (``.name``) are left out, links to folders are followed.

    Raises:
        ValueError: the folder is missing or holds no image.
    """
    root = Path(root)
    if not root.is_dir():
        raise ValueError(
            f'expected a folder of images, but there is no folder {root}: name yours in the config '
            'or leave this data set out (docs/data.md)'
        )
    names = []
    for folder, folders, files in os.walk(root, followlinks=True):
        folders[:] = [name for name in folders if recursive and not name.startswith('.')]
        place = Path(folder).relative_to(root)
        names += [
            (place / name).as_posix()
            for name in files
            if Path(name).suffix.lower() in EXTENSIONS and not name.startswith('.')
        ]
    if not names:
        where = 'in or below' if recursive else 'directly in'
        raise ValueError(
            f'found no image {where} {root}: expected files that end in one of '
            f'{" ".join(sorted(EXTENSIONS))}'
        )
    return sorted(names, key=natural_key)


def read_list_file(path: str | Path) -> list[str]:
    """Return the names in a list file: one a line; empty lines and lines from ``#`` on are skipped.

    Raises:
        ValueError: the file is missing, names nothing, or names something twice.
    """
    try:
        lines = Path(path).read_text(encoding='utf-8').splitlines()
    except OSError as error:
        raise ValueError(
            f'cannot read the list file {path}: {error.strerror}. Lists that belong to a data set '
            'are written by `mmrestore data prepare`, see docs/data.md'
        ) from error
    names = [line.strip() for line in lines if line.strip() and not line.strip().startswith('#')]
    if not names:
        raise ValueError(f'the list file {path} names no image')
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f'the list file {path} names images more than once: {", ".join(twice)}')
    return names


def fit(names: Iterable[str], pattern: str) -> dict[str, str]:
    """Return ``{name: key}`` of the names that fit ``pattern``; the key is what ``{}`` stands for.

    A name is compared without its extension, and ``{}`` may reach over folders.

    Args:
        names: relative names of files.
        pattern: a text with ``{}`` in it once.

    Raises:
        ValueError: ``pattern`` does not hold ``{}`` exactly once.

    Examples:
        >>> fit(['a/1x4.png', 'a/2x2.png'], '{}x4')
        {'a/1x4.png': 'a/1'}
    """
    if pattern.count('{}') != 1:
        raise ValueError(f"expected a pattern with one '{{}}', such as '{{}}x4', got {pattern!r}")
    before, after = (re.escape(part) for part in pattern.split('{}'))
    matches = {name: re.fullmatch(f'{before}(.+){after}', without_suffix(name)) for name in names}
    return {name: match.group(1) for name, match in matches.items() if match}


def fit_both(
    names: Sequence[str], pattern: str, other_pattern: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return ``fit`` of two patterns in one folder; a name that fits both goes to the longer one.

    Raises:
        ValueError: the patterns are equal.

    Examples:
        >>> fit_both(['1.png', '1_clean.png'], '{}', '{}_clean')
        ({'1.png': '1'}, {'1_clean.png': '1'})
    """
    if pattern == other_pattern:
        raise ValueError(
            f'input and target are in one folder and have one pattern, {pattern!r}: state what '
            "their names differ in, such as pattern='{}_real', gt_pattern='{}_mean'"
        )
    first, second = fit(names, pattern), fit(names, other_pattern)
    longer, shorter = (first, second) if len(pattern) >= len(other_pattern) else (second, first)
    for name in longer:
        shorter.pop(name, None)
    return first, second


def choose(keys: Mapping[str, str], wanted: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Return the wanted ones of ``{name: key}``, in their order, and the names that are missing.

    Args:
        keys: names of files and their keys.
        wanted: names with or without extension, or keys.

    Examples:
        >>> choose({'1x2.png': '1', '2x2.png': '2'}, ['2', '3.png'])
        ({'2x2.png': '2'}, ['3.png'])
    """
    answers = defaultdict(set)
    for name, key in keys.items():
        for answer in (name, without_suffix(name), key):
            answers[answer].add(name)
    chosen, missing = set(), []
    for name in wanted:
        found = answers.get(name) or answers.get(without_suffix(name))
        chosen |= found or set()
        missing += [] if found else [name]
    return {name: key for name, key in keys.items() if name in chosen}, missing


def pair(
    inputs: Mapping[str, str], targets: Mapping[str, str], *, complete: bool = True
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the pairs (input name, target name) with equal keys, and what is wrong, in words.

    Args:
        inputs: names of the inputs and their keys.
        targets: names of the targets and their keys.
        complete: whether a target without an input is wrong.

    Examples:
        >>> pair({'1x2.png': '1', '3x2.png': '3'}, {'1.png': '1'})
        ([('1x2.png', '1.png')], ['3x2.png has no target'])
    """
    by_key = defaultdict(list)
    for name, key in targets.items():
        by_key[key].append(name)
    num_inputs = Counter(inputs.values())
    pairs, problems = [], []
    for name, key in inputs.items():
        found = by_key.get(key, [])
        if len(found) == 1:
            pairs.append((name, found[0]))
        else:
            several = f'several targets: {", ".join(found)}'
            problems.append(f'{name} has {several if found else "no target"}')
    if complete:
        problems += [f'{name} has no input' for name, key in targets.items() if not num_inputs[key]]
    several_inputs = [key for key, count in num_inputs.items() if count > 1]
    problems += [f'several inputs are called {key}' for key in several_inputs]
    return pairs, problems


def without_suffix(name: str) -> str:
    """Return a relative name without the extension of an image, if it ends in one.

    Examples:
        >>> without_suffix('a/1.5.PNG'), without_suffix('a/1.5')
        ('a/1.5', 'a/1.5')
    """
    path = PurePosixPath(name)
    return str(path.with_suffix('')) if path.suffix.lower() in EXTENSIONS else name


def problem_list(owner: str, problems: Sequence[str], *, most: int = 20) -> str:
    """Return a message with the number of problems and the first ``most`` of them, a line each.

    Examples:
        >>> print(problem_list('the input', ['a', 'b', 'c'], most=2))
        the input has 3 problem(s):
          a
          b
          and 1 more
    """
    rest = [f'and {len(problems) - most} more'] if len(problems) > most else []
    return '\n  '.join([f'{owner} has {len(problems)} problem(s):', *problems[:most], *rest])
