"""Work directories of runs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config


def default_work_dir(config: Config, strategies: Sequence[str | Path] = ()) -> Path:
    """Return ``work_dirs/FOLDER/NAME+STRATEGY``, by the file of a config and added strategies.

    The folder is part of it because a strategy and its control have configs of one name. For
    configs directly in the folder ``configs`` of a package it is the name of the package.

    Raises:
        ValueError: the config is of no file.

    Examples:
        >>> default_work_dir(Config({}, filename='configs/traps/swinir_s.py'), ['a/masked.py'])
        PosixPath('work_dirs/traps/swinir_s+masked')
    """
    if config.filename is None:
        raise ValueError('a config that was read from no file needs a work_dir')
    path = Path(config.filename)
    added = [Path(str(name).rpartition('::')[2]).stem for name in strategies]
    folder = path.parent
    if folder.name == 'configs' and (folder.parent / '__init__.py').is_file():
        folder = folder.parent
    return Path('work_dirs', folder.name, '+'.join([path.stem, *added]))


def check_folder(folder: str | Path) -> None:
    """Check that files can be written below a folder, which need not exist.

    Raises:
        ValueError: they cannot.
    """
    existing = next(p for p in (Path(folder), *Path(folder).absolute().parents) if p.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise ValueError(
            f'{folder} must be a folder that can be written to, but {existing} is '
            + ('write-protected' if existing.is_dir() else 'a file')
            + ': give another'
        )
