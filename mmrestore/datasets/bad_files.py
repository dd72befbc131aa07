"""Unreadable files of a data set, shared by all its workers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from mmrestore.datasets.listing import problem_list


class Unreadable(NamedTuple):
    """Error of a sample that cannot be read."""

    error: Exception


def try_to_read(step: Callable[[dict], Any], results: dict[str, Any]) -> Any:
    """Return the results of a transform that reads files, or ``Unreadable`` with its error.

    Examples:
        >>> try_to_read(lambda results: int(results['text']), {'text': 'x'}).error.args
        ("invalid literal for int() with base 10: 'x'",)
    """
    try:
        return step(results)
    except (OSError, ValueError) as error:
        return Unreadable(error)


class BadFiles:
    """Flags of unreadable samples in shared memory, visible to all workers.

    Args:
        name: name of the data set, for messages.
        num_samples: number of samples.
        max_share: share of bad samples above which ``add`` raises.

    Raises:
        ValueError: the share is not in [0, 1).

    Examples:
        >>> bad = BadFiles('mine', 4, max_share=0.25)
        >>> bad.add(2, 'b.png is cut off')
        >>> bad.samples, 2 in bad, 3 in bad
        ([2], True, False)
        >>> bad.add(3, 'c.png is cut off')  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ValueError: 2 of 4 samples ... more than max_bad_share=0.25: c.png is cut off
    """

    def __init__(self, name: str, num_samples: int, *, max_share: float) -> None:
        if not 0 <= max_share < 1:
            raise ValueError(f'max_bad_share must be in [0, 1), got {max_share}')
        self.name, self.max_share = name, max_share
        self.flags = torch.zeros(num_samples, dtype=torch.bool).share_memory_()

    def __contains__(self, index: int) -> bool:
        return bool(self.flags[index])

    @property
    def samples(self) -> list[int]:
        """Indices of the bad samples."""
        return self.flags.nonzero().flatten().tolist()

    def add(self, index: int, reason: str) -> None:
        """Mark a sample as unreadable.

        Raises:
            ValueError: too many samples are unreadable.
        """
        self.flags[index] = True
        count, num = int(self.flags.sum()), len(self.flags)
        if count > self.max_share * num:
            raise ValueError(
                f'{count} of {num} samples of data set {self.name!r} cannot be read, more than '
                f'max_bad_share={self.max_share:g}: {reason}'
            )


def bad_file_list(name: str, paths: list[str]) -> str:
    """Return the message that lists the replaced files of a data set.

    Examples:
        >>> print(bad_file_list('mine', ['a.png']))  # doctest: +ELLIPSIS
        data set 'mine', of which other samples ... in place of unreadable files, has 1 problem(s):
          a.png
    """
    owner = f'data set {name!r}, of which other samples were drawn in place of unreadable files,'
    return problem_list(owner, paths)
