"""Preparation of data sets from their authors' archives."""

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
        # Subsets of figure 7 (d) of TRAPS.
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
    """Extract the data sets of an archive below ``root``, and check them.

    A data set is written under a temporary name and renamed when it is complete; an existing data
    set is checked and never overwritten. Names, image counts, sizes and file ends are checked;
    ``verify`` also decodes all images. Missing list files are written.

    Args:
        name: name in ``archives``.
        source: the archive, or its unpacked folder.
        root: data root; ``benchmarks`` defines the folders below it.
        benchmarks: expected contents of the data sets.
        archives: extraction plans by name.
        report: called with a line of text for each data set.

    Raises:
        ValueError: ``name`` is unknown, the source is missing, damaged or another archive, or a
            data set has problems; the message lists them and the download source.
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
                        f'{source} contains no image of {key}: expected the archive from '
                        f'{benchmarks[key].source}, or its unpacked folder'
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
    """Return the report on a data set in ``folder``, with ``place`` as its final folder.

    Raises:
        ValueError: the data set has problems.
    """
    outcome = verify(key, folder, benchmark, decode=False)
    text = str(outcome).replace(str(folder), str(place))
    if not outcome.problems:
        return text
    advice = 'existing data is never changed: move it away first' if folder == place else ''
    raise ValueError(f'{text}\n  {advice}'.rstrip())


def _write(plan: Mapping[str, str], read: Read, folder: Path) -> None:
    for place, file in plan.items():
        path = folder / place
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(read(file))
