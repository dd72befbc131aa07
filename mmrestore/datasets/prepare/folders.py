"""Atomic creation of folders."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """Yield an empty temporary folder that is renamed to ``target`` after success.

    After an error the folder is removed. After a crash, a hidden folder ``.NAME.PROCESS.partial``
    remains, which is never read.

    Raises:
        FileExistsError: ``target`` exists.
    """
    if target.exists():
        raise FileExistsError(f'{target} already exists and is not overwritten: move it away')
    partial = target.parent / f'.{target.name}.{os.getpid()}.partial'
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
