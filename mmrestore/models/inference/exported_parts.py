"""Which inference decorators an exported network can contain."""

from __future__ import annotations

from typing import Any

from mmrestore.models.inference.base import states
from mmrestore.named_parts import Parts, read_parts


def split_for_export(parts: Parts | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return configs of decorators that an exported network can hold, and of those left out.

    Those from the first one on that draws random numbers are left out, for what is around it needs
    its result; and those that only bound memory.

    Args:
        parts: configs of inference decorators by name, from the network outwards.

    Examples:
        >>> parts = dict(a=dict(type='Pad'), b=dict(type='Tile'), c=dict(type='MeanOfRuns'))
        >>> [list(found) for found in split_for_export(parts)]
        [['a'], ['b', 'c']]
    """
    held: dict[str, Any] = {}
    left_out: dict[str, Any] = {}
    drawn = False
    for name, cfg in read_parts(parts, 'inference').items():
        if cfg is None:
            continue
        drawn = drawn or states(cfg['type'], 'draws')
        (left_out if drawn or states(cfg['type'], 'bounds_memory') else held)[name] = cfg
    return held, left_out
