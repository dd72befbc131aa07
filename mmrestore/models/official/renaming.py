"""Other names for the parameters of a checkpoint."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from torch import Tensor


def renamed(
    weights: Mapping[str, Tensor], patterns: Mapping[str, str | Callable[[re.Match], str]]
) -> dict[str, Tensor]:
    r"""Return the tensors under new names, replacing one regular expression after the other.

    Examples:
        >>> list(renamed({'head.0.bias': Tensor()}, {r'^head\.0\.': 'conv_first.'}))
        ['conv_first.bias']
    """
    result = dict(weights)
    for pattern, replacement in patterns.items():
        result = {re.sub(pattern, replacement, key): value for key, value in result.items()}
    return result
