"""Memory cache of decoded images."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from mmrestore.datasets.bad_files import BadFiles, Unreadable, try_to_read
from mmrestore.datasets.threads import in_threads


def load_all(
    steps: Sequence[Callable[[dict], Any]],
    starts: Sequence[dict[str, Any]],
    *,
    refused: Mapping[int, Unreadable],
    bad_files: BadFiles | None,
) -> list[dict[str, Any] | Unreadable]:
    """Return the results of transforms for all samples of a data set.

    Args:
        steps: transforms; the first one reads the files and runs in threads.
        starts: initial dictionaries of the samples.
        refused: samples that failed the check.
        bad_files: records unreadable samples; None raises their errors.

    Raises:
        OSError, ValueError: a file cannot be read.
    """
    cached = in_threads(partial(try_to_read, steps[0]), starts)
    cached = [refused.get(index, results) for index, results in enumerate(cached)]
    for index, results in enumerate(cached):
        if isinstance(results, Unreadable):
            if bad_files is None:
                raise results.error
            bad_files.add(index, str(results.error))
    # Not in threads, because noise draws from PyTorch's global generator.
    for step in steps[1:]:
        cached = [step(found) if isinstance(found, dict) else found for found in cached]
    return cached
