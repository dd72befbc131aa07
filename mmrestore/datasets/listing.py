"""Selection and pairing of image file names, and list files."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from mmrestore.datasets.folder_search import find_images, natural_key  # noqa: F401  earlier place
from mmrestore.datasets.image_file import EXTENSIONS
from mmrestore.files import printable


def read_list_file(path: str | Path) -> list[str]:
    """Return the names in a list file, one per line; empty lines and lines with ``#`` are skipped.

    The text is UTF-8, or UTF-16 with a byte order mark, with the line endings of any system. Bytes
    that are not UTF-8 are preserved, as in file names.

    Raises:
        ValueError: the file is missing, has another encoding, contains no name, or contains a name
            twice.
    """
    try:
        encoded = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(
            f'cannot read the list file {path}: {error.strerror}. `mmrestore data prepare` writes '
            'the list files of data sets, see docs/data.md'
        ) from error
    is_utf16 = encoded.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = (
            encoded.decode('utf-16') if is_utf16 else encoded.decode('utf-8-sig', 'surrogateescape')
        )
    except UnicodeDecodeError as error:
        raise ValueError(f'the list file {path} is invalid UTF-16: save it as UTF-8') from error
    if '\0' in text:
        raise ValueError(f'the list file {path} is not in UTF-8: save it as UTF-8')
    # splitlines() would also split at characters that names may contain, such as U+2028.
    lines = re.split(r'\r\n|\r|\n', text)
    names = [line.strip() for line in lines if line.strip() and not line.strip().startswith('#')]
    if not names:
        raise ValueError(f'the list file {path} contains no image name')
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(
            f'the list file {path} contains names more than once: {printable(", ".join(twice))}'
        )
    return names


def not_there(name: str) -> str:
    """Return the message for a listed name without an image.

    Examples:
        >>> not_there('1.png')
        '1.png is listed but missing'
    """
    is_utf8 = name.isascii() or name == name.encode(errors='replace').decode()
    return f'{name} is listed but missing' + ('' if is_utf8 else ': save the list as UTF-8')


def loose(name: str) -> str:
    r"""Return a normalized form of a relative name for tolerant comparison.

    Spellings may differ in the Unicode normalization of accents (macOS stores ``e`` and an accent,
    other systems one character), in ``\`` for ``/``, and in a leading ``./``.

    Examples:
        >>> loose('.\\cafe\u0301.png') == loose('caf\u00e9.png') == 'caf\u00e9.png'
        True
    """
    return unicodedata.normalize('NFC', str(PurePosixPath(name.replace('\\', '/'))))


def fit(names: Iterable[str], pattern: str) -> dict[str, str]:
    """Return ``{name: key}`` for the names that match ``pattern``; the key is the text for ``{}``.

    Names are compared without extension, and ``{}`` may span folders.

    Args:
        names: relative file names.
        pattern: a text that contains ``{}`` once.

    Raises:
        ValueError: ``pattern`` does not contain ``{}`` exactly once.

    Examples:
        >>> fit(['a/1x4.png', 'a/2x2.png'], '{}x4')
        {'a/1x4.png': 'a/1'}
    """
    if pattern.count('{}') != 1:
        raise ValueError(f"expected a pattern with one '{{}}', such as '{{}}x4', got {pattern!r}")
    before, after = (re.escape(part) for part in pattern.split('{}'))
    rule = re.compile(f'{before}(.+){after}', re.DOTALL)  # names may contain line breaks
    matches = {name: rule.fullmatch(without_suffix(name)) for name in names}
    return {name: match.group(1) for name, match in matches.items() if match}


def fit_both(
    names: Sequence[str], pattern: str, other_pattern: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return ``fit`` for two patterns in one folder; the longer pattern takes precedence.

    Raises:
        ValueError: the patterns are equal.

    Examples:
        >>> fit_both(['1.png', '1_clean.png'], '{}', '{}_clean')
        ({'1.png': '1'}, {'1_clean.png': '1'})
    """
    if pattern == other_pattern:
        raise ValueError(
            f'inputs and targets in the same folder have the same pattern, {pattern!r}: set '
            "patterns that differ, such as pattern='{}_real', gt_pattern='{}_mean'"
        )
    first, second = fit(names, pattern), fit(names, other_pattern)
    longer, shorter = (first, second) if len(pattern) >= len(other_pattern) else (second, first)
    for name in longer:
        shorter.pop(name, None)
    return first, second


def choose(keys: Mapping[str, str], wanted: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Select the wanted items of ``{name: key}``, in their order, and list missing names.

    If a name does not exist as spelled, another spelling is accepted, see :func:`loose`.

    Args:
        keys: file names and their keys.
        wanted: names with or without extension, or keys.

    Examples:
        >>> choose({'1x2.png': '1', '2x2.png': '2'}, ['2', '3.png'])
        ({'2x2.png': '2'}, ['3.png'])
    """
    exact, alike = defaultdict(set), defaultdict(set)
    for name, key in keys.items():
        for answer in (name, without_suffix(name), key):
            exact[answer].add(name)
            alike[loose(answer)].add(name)
    chosen, missing = set(), []
    for name in wanted:
        stem = without_suffix(name)
        found = exact.get(name) or exact.get(stem)
        found = found or alike.get(loose(name)) or alike.get(loose(stem))
        chosen |= found or set()
        missing += [] if found else [name]
    return {name: key for name, key in keys.items() if name in chosen}, missing


def pair(
    inputs: Mapping[str, str], targets: Mapping[str, str], *, complete: bool = True
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the pairs (input name, target name) with equal keys, and descriptions of problems.

    Args:
        inputs: names of the inputs and their keys.
        targets: names of the targets and their keys.
        complete: report targets without input as problems.

    Examples:
        >>> pair({'1x2.png': '1', '3x2.png': '3'}, {'1.png': '1'})
        ([('1x2.png', '1.png')], ['3x2.png has no target'])
    """
    by_key, by_loose_key = defaultdict(list), defaultdict(list)
    for name, key in targets.items():
        by_key[key].append(name)
        by_loose_key[loose(key)].append(name)
    num_inputs = Counter(inputs.values())
    pairs, problems = [], []
    taken: set[str] = set()
    for name, key in inputs.items():
        found = by_key.get(key) or by_loose_key.get(loose(key), [])
        taken |= set(found)
        if len(found) == 1:
            pairs.append((name, found[0]))
        else:
            several = f'several targets: {", ".join(found)}'
            problems.append(f'{name} has {several if found else "no target"}')
    if complete:
        problems += [f'{name} has no input' for name in targets if name not in taken]
    several_inputs = [key for key, count in num_inputs.items() if count > 1]
    problems += [f'several inputs have the key {key}' for key in several_inputs]
    return pairs, problems


def without_suffix(name: str) -> str:
    """Return a relative name without its extension, if it is that of an image.

    Examples:
        >>> without_suffix('a/1.5.PNG'), without_suffix('a/1.5')
        ('a/1.5', 'a/1.5')
    """
    # Strings instead of pathlib, which takes a second for 100,000 names.
    dot = name.rfind('.')
    if dot < 1 or name[dot - 1] == '/' or name[dot:].lower() not in EXTENSIONS:
        return name
    stem = name[:dot]
    return str(PurePosixPath(stem)) if './' in name or '//' in name else stem


def problem_list(owner: str, problems: Sequence[str], *, most: int = 20) -> str:
    """Return a message with the number of problems and the first ``most`` problems, one per line.

    Unprintable characters, such as line breaks in names, are escaped.

    Examples:
        >>> print(problem_list('the input', ['a', 'b', 'c'], most=2))
        the input has 3 problem(s):
          a
          b
          and 1 more
    """
    rest = [f'and {len(problems) - most} more'] if len(problems) > most else []
    lines = [f'{owner} has {len(problems)} problem(s):', *problems[:most], *rest]
    return '\n  '.join(map(printable, lines))
