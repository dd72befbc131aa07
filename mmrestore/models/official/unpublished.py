"""Arguments of official constructors that no published network has."""

from __future__ import annotations

from collections.abc import Mapping


def refuse_unpublished(network: str, unpublished: Mapping[str, bool]) -> None:
    """Refuse a network that was never published.

    Args:
        network: what it is called.
        unpublished: for every argument, whether its value is one that no published network has.

    Raises:
        ValueError: one of them is.

    Examples:
        >>> refuse_unpublished('SwinIR', {'ape': False})
    """
    names = [name for name, used in unpublished.items() if used]
    if names:
        raise ValueError(f'no published {network} has such values of {names}: not supported')
