"""Data sets out of the archives of their authors into the layout of the configs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from mmrestore.datasets.folder_search import find_images
from mmrestore.datasets.listing import without_suffix
from mmrestore.datasets.prepare.archives import Archive, Read, opened
from mmrestore.datasets.prepare.benchmarks import BENCHMARKS, Benchmark
from mmrestore.datasets.prepare.folders import appearing
from mmrestore.datasets.prepare.pairs import (
    plan_cc,
    plan_gopro,
    plan_hide,
    plan_polyu,
    plan_realblur,
)
from mmrestore.datasets.prepare.photographs import plan_bsds500, plan_flickr2k, plan_wed
from mmrestore.datasets.prepare.subsets import subset_text
from mmrestore.datasets.prepare.verify import verify
from mmrestore.files import write_text

ARCHIVES: Mapping[str, Archive] = MappingProxyType(
    {
        # The subsets are those of TRAPS, figure 7 (d).
        'gopro': Archive(
            plan_gopro,
            ('gopro_train', 'gopro_test'),
            MappingProxyType({'gopro_train': 1000, 'gopro_test': 30}),
        ),
        'hide': Archive(plan_hide, ('hide',)),
        'realblur': Archive(plan_realblur, ('realblur_r', 'realblur_j')),
        'flickr2k': Archive(plan_flickr2k, ('flickr2k',)),
        'bsds500': Archive(plan_bsds500, ('bsds400',)),
        'wed': Archive(plan_wed, ('wed',)),
        'polyu': Archive(plan_polyu, ('polyu',)),
        'cc': Archive(plan_cc, ('cc',)),
    }
)


def prepare_archive(
    name: str,
    source: str | Path,
    root: str | Path,
    *,
    benchmarks: Mapping[str, Benchmark] = BENCHMARKS,
    archives: Mapping[str, Archive] = ARCHIVES,
    report: Callable[[str], None] = print,
) -> None:
    """Put the data sets of an archive in place below ``root``, and check them.

    A data set is written beside its place and renamed when it is complete; one that is there
    already is checked and never overwritten. Names, numbers, sizes and the ends of files are
    checked; to decode all images is left to ``verify``. List files are written where they are
    missing.

    Args:
        name: of ``archives``.
        source: the archive, or the folder that it was unpacked to.
        root: root of the data; places below it are those of ``benchmarks``.
        benchmarks: what the data sets must hold.
        archives: how each becomes data sets.
        report: called with a line of text on every data set.

    Raises:
        ValueError: ``name`` is unknown, the source is missing, damaged or not what it should be, or
            a data set is not in order; the message says what is wrong and where it is to be had.
    """
    if name not in archives:
        raise ValueError(f'unknown data set {name!r}: expected one of {", ".join(archives)}')
    root, archive = Path(root), archives[name]
    folders = {key: root / benchmarks[key].folder for key in archive.benchmarks}
    absent = {key: folder for key, folder in folders.items() if not folder.exists()}
    for key, folder in folders.items():
        if key not in absent:
            report(_verified(key, folder, benchmarks[key], folder))
    if absent:
        with opened(Path(source), benchmarks[archive.benchmarks[0]].source) as (files, read):
            plan = archive.plan(files, read)
            for key, folder in absent.items():
                if not plan[key]:
                    raise ValueError(
                        f'{source} holds no image of {key}: expected the archive of '
                        f'{benchmarks[key].source}, or the folder that it was unpacked to'
                    )
                with appearing(folder) as partial:
                    _write(plan[key], read, partial)
                    text = _verified(key, partial, benchmarks[key], folder)
                report(text)
    for key, num_images in archive.subsets.items():
        path = folders[key].parent / f'{folders[key].name}_{num_images}.txt'
        if not path.exists():
            names = [without_suffix(file) for file in find_images(folders[key] / 'blur')]
            write_text(path, subset_text(names, num_images))
            report(f'{path}: written')


def _verified(key: str, folder: Path, benchmark: Benchmark, place: Path) -> str:
    """Return the report on a data set in ``folder`` as if it lay in its place already.

    Raises:
        ValueError: it is not in order.
    """
    outcome = verify(key, folder, benchmark, decode=False)
    text = str(outcome).replace(str(folder), str(place))
    if not outcome.problems:
        return text
    advice = 'what is there is never changed: move it away first' if folder == place else ''
    raise ValueError(f'{text}\n  {advice}'.rstrip())


def _write(plan: Mapping[str, str], read: Read, folder: Path) -> None:
    for place, file in plan.items():
        path = folder / place
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(read(file))
