"""Image names in results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mmrestore.datasets.listing import without_suffix


def titles_of(names: Sequence[str]) -> list[str]:
    """Return relative image names without extension, or with it if they are not unique otherwise.

    Examples:
        >>> titles_of(['a/1.png', 'b/1.png', '2.png', '2.jpg'])
        ['a/1', 'b/1', '2.png', '2.jpg']
    """
    stems = list(map(without_suffix, names))
    counts = Counter(stems)
    return [name if counts[stem] > 1 else stem for name, stem in zip(names, stems, strict=True)]
