"""Plan of input and output files, checked before a network is loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mmrestore.datasets.folder_search import list_folder
from mmrestore.datasets.formats import unread_format
from mmrestore.datasets.image_file import read_headers
from mmrestore.datasets.image_writer import FORMATS, format_of
from mmrestore.datasets.listing import problem_list
from mmrestore.datasets.picture import Header
from mmrestore.datasets.threads import in_threads
from mmrestore.files import expand, printable, shortened

ENDINGS = {'png': '.png', 'jpg': '.jpg', 'tiff': '.tif', 'keep': None}
USUAL_ENDINGS = {
    'PNG': '.png',
    'JPEG': '.jpg',
    'TIFF': '.tif',
    'WEBP': '.webp',
    'BMP': '.bmp',
    'PNM': '.ppm',
}


class Job(NamedTuple):
    """A file to restore."""

    source: Path
    targets: list[Path]  # one, or one for each page
    headers: tuple[Header, ...] = ()  # what is known of its pages


class RestorePlan(NamedTuple):
    """Input files, their output files, and the files that are skipped."""

    jobs: list[Job]
    problems: list[str]  # inputs that cannot be restored, a line each
    left_out: list[str]  # what folders hold beside images, a line for each folder


def plan_restoring(
    inputs: Iterable[str | Path], output: str | Path, *, format: str = 'png'
) -> RestorePlan:
    """Find and check the files to restore, and name their results.

    Files keep their names, those below a folder their place in it. The pages of a stack go to one
    TIFF file, or to numbered files of another format. A folder of results inside an input folder is
    not searched.

    Args:
        inputs: image files and folders of them.
        output: folder of the results.
        format: ``'png'``, ``'jpg'``, ``'tiff'``, or ``'keep'`` for that of each input.

    Raises:
        ValueError: no input can be restored, a result would replace an input, two inputs would be
            written to one file, or the format is unknown.
    """
    if format not in ENDINGS:
        raise ValueError(f'format must be one of {", ".join(ENDINGS)}, got {format!r}')
    output = expand(output)
    problems: list[str] = []
    left_out: list[str] = []
    found: dict[Path, str] = {}
    for given in map(expand, inputs):
        if not given.is_dir():
            found[given] = given.name
            continue
        images, other_files, dangling = list_folder(given)
        images = _outside(output, given, images)
        found |= {given / name: name for name in images}
        if other_files or dangling:
            left_out.append(_left_out(given, other_files, dangling))
        if not images:
            problems.append(f'found no image in or below {given}{_beside(left_out, other_files)}')
    headers: dict[Path, list[Header]] = {}
    for file, answer in zip(found, in_threads(_check, found), strict=True):
        if isinstance(answer, str):
            problems.append(answer)
        else:
            headers[file] = answer
    if not headers:
        raise ValueError(problem_list('the input', problems))
    jobs: dict[tuple, Job] = {}  # a file that is given twice is restored once
    for file, pages in headers.items():
        ending = ENDINGS[format] or _kept_ending(found[file], pages[0])
        names = result_names(found[file], len(pages), ending)
        jobs[(file.resolve(), *names)] = Job(file, [output / name for name in names], tuple(pages))
    _check_targets(jobs.values(), found)
    return RestorePlan(list(jobs.values()), problems, left_out)


def result_names(name: str, pages: int, ending: str) -> list[str]:
    """Return the names of what a file is restored into: one, or one for each page.

    Args:
        name: relative name of the file.
        pages: pictures in it.
        ending: of the results.

    Examples:
        >>> result_names('a/1.jpg', 1, '.png'), result_names('a/1.tif', 3, '.tif')
        (['a/1.png'], ['a/1.tif'])
        >>> result_names('1.tif', 2, '.png')
        ['1_1.png', '1_2.png']
    """
    path = PurePosixPath(name)
    if pages == 1 or format_of(f'a{ending}').pages:
        return [str(path.with_name(shortened(path.stem, ending)))]
    digits = len(str(pages))
    return [
        str(path.with_name(shortened(path.stem, f'_{page:0{digits}}{ending}')))
        for page in range(1, pages + 1)
    ]


def _kept_ending(name: str, header: Header) -> str:
    suffix = PurePosixPath(name).suffix
    return suffix if suffix.lower() in FORMATS else USUAL_ENDINGS[header.format]


def _check(file: Path) -> list[Header] | str:
    """Return the properties of the pictures of a file, or the problem with it."""
    try:
        return read_headers(file)
    except ValueError as error:
        return str(error)


def _outside(output: Path, folder: Path, names: Sequence[str]) -> list[str]:
    inside, outer = output.resolve(), folder.resolve()
    if outer not in inside.parents:
        return list(names)
    results = f'{inside.relative_to(outer).as_posix()}/'
    return [name for name in names if not name.startswith(results)]


def _left_out(folder: Path, other_files: Sequence[str], dangling: Sequence[str]) -> str:
    endings = Counter(PurePosixPath(name).suffix.lower() or 'no ending' for name in other_files)
    if dangling:
        endings['links to nothing'] = len(dangling)
    kinds = ', '.join(f'{number} {ending}' for ending, number in endings.most_common())
    unread = {ending: unread_format(f'a{ending}') for ending in endings if ending[0] == '.'}
    advice = ''.join(f'; {ending}: {reason}' for ending, reason in unread.items() if reason)
    total = sum(endings.values())
    return printable(f'{folder}: {total} files are left out, by their endings: {kinds}{advice}')


def _beside(left_out: Sequence[str], other_files: Sequence[str]) -> str:
    return f'. {left_out[-1]}' if other_files else ''


def _check_targets(jobs: Iterable[Job], sources: Iterable[Path]) -> None:
    taken: dict[Path, Path] = {}
    for job in jobs:
        for target in job.targets:
            if target in taken:
                raise ValueError(
                    f'{printable(job.source)} and {printable(taken[target])} would both be written '
                    f'to {printable(target)}: restore them into different folders, or keep their '
                    'formats by --format keep'
                )
            taken[target] = job.source
    own = {file.resolve() for file in sources} & {target.resolve() for target in taken}
    if own:
        raise ValueError(
            f'{printable(min(own))} would be overwritten: choose another folder for the output'
        )
