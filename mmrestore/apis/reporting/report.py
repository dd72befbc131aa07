"""Write the report of one training or several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mmrestore.apis.reporting.page import runs_page
from mmrestore.apis.reporting.run import find_runs, read_finished_run
from mmrestore.apis.work_dir import check_folder
from mmrestore.files import write_text

REPORT = 'report.html'


def report(
    runs: str | Path | Sequence[str | Path],
    output: str | Path | None = None,
    *,
    imports: Sequence[str] = (),
) -> Path:
    """Write a self-contained page of trainings; what ``mmrestore report`` does.

    Each run is tested with its newest checkpoint on the test sets of its config, unless its folder
    ``results`` holds that test.

    Args:
        runs: work directories of trainings, finished or stopped; the first is the one with which
            the others are compared. One of several stages stands for all of them.
        output: the file; ``report.html`` in the folder of a single run, in the current folder for
            several.
        imports: modules to import that a recorded config needs; see ``recorded_config``.

    Returns:
        The file.

    Raises:
        FileNotFoundError: there is no such folder, or test sets are missing.
        ValueError: a folder holds no checkpoint, or no name for a page is given.
        OSError: a file cannot be written.
    """
    given = [Path(runs)] if isinstance(runs, (str, Path)) else list(map(Path, runs))
    if not given:
        raise ValueError('a report needs at least one run: give its work directory')
    if output is not None and Path(output).suffix != '.html':
        raise ValueError(f'a report is a page: expected NAME.html, got {output}')
    target = Path(output or Path(given[0] if len(given) == 1 else '.', REPORT))
    check_folder(target.parent)
    folders = [folder for each in given for folder in find_runs(each)]
    names = run_names(folders)
    found = [
        read_finished_run(folder, name=name, imports=imports)
        for folder, name in zip(folders, names, strict=True)
    ]
    write_text(target, runs_page(found))
    return target


def run_names(folders: Sequence[Path]) -> list[str]:
    """Return names of runs that differ: the last parts of their folders, as many as it takes.

    Examples:
        >>> run_names([Path('runs/a/seed_0'), Path('runs/b/seed_0')])
        ['a/seed_0', 'b/seed_0']
    """
    absolute = [folder.absolute() for folder in folders]
    longest = max(len(folder.parts) for folder in absolute)
    for num in range(1, longest + 1):
        names = ['/'.join(folder.parts[-num:]) for folder in absolute]
        if len(set(names)) == len(set(absolute)):
            break
    return names
