"""Folders that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """Give an empty folder beside ``target`` that becomes ``target`` when all went well.

    If an error occurs the folder is removed; after a crash a hidden ``.NAME.PROCESS.partial``
    remains, which nothing reads.

    Raises:
        FileExistsError: ``target`` exists.
    """
    if target.exists():
        raise FileExistsError(f'{target} exists already: nothing is overwritten')
    partial = target.parent / f'.{target.name}.{os.getpid()}.partial'
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
