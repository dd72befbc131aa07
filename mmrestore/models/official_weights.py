"""Functions shared by the readers of official weights; each reader is in its network's file.

A reader gets the weights of a release by name, and as keyword arguments those of the official
constructor with the official defaults. It returns our network and the weights under our names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from torch import Tensor, nn

Converted = tuple[nn.Module, dict[str, Tensor]]


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


def refuse_unpublished(network: str, unpublished: Mapping[str, bool]) -> None:
    """Refuse a network that was never published.

    Args:
        network: its name.
        unpublished: for every argument, whether its value is one that no published network has.

    Raises:
        ValueError: one of them is.

    Examples:
        >>> refuse_unpublished('SwinIR', {'ape': False})
    """
    names = [name for name, used in unpublished.items() if used]
    if names:
        raise ValueError(f'no published {network} has such values of {names}: not supported')


def check_equal_channels(network: str, in_channels: int, out_channels: int) -> None:
    """Check that a network returns as many channels as it gets.

    Raises:
        ValueError: it does not.

    Examples:
        >>> check_equal_channels('EDSR', 3, 1)
        Traceback (most recent call last):
        ValueError: EDSR returns as many channels as it gets, got 3 and 1
    """
    if in_channels != out_channels:
        raise ValueError(
            f'{network} returns as many channels as it gets, got {in_channels} and {out_channels}'
        )
