"""Cost and environment of trainings for their reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.config import Config

from mmrestore.engine.curves import Curve
from mmrestore.engine.stages import read_stages
from mmrestore.models.multiply_adds import COUNTED_SIZE, multiply_adds, num_parameters

NETWORK_HEADER = ('parameters', f'multiply-adds of {COUNTED_SIZE} x {COUNTED_SIZE}, G')
STEP_HEADER = ('s / step', 'memory, MiB')
LEFT_OUT = ('PyTorch was built with',)  # a page of flags, in the log


def network_cells(config: Config) -> list[str]:
    """Return parameters and multiply-adds of a network, of the last stage of several.

    Multiply-adds are left out where a network does what cannot be counted on no data.
    """
    stages = read_stages(config) if 'stages' in config else {}
    model = (list(stages.values())[-1].config if stages else config).model
    try:
        operations = f'{multiply_adds(model.backbone) / 1e9:.2f}'
    except (RuntimeError, NotImplementedError):
        operations = ''
    return [f'{num_parameters(model.backbone):,}', operations]


def step_cells(logged: Sequence[Mapping[str, Curve]]) -> list[str]:
    """Return the median time of a step and the peak memory of trainings, as far as logged."""
    times = [each['time'].values for each in logged if 'time' in each]
    memory = [float(each['memory'].values.max()) for each in logged if 'memory' in each]
    return [
        f'{np.median(np.concatenate(times)):.3f}' if times else '',
        f'{max(memory):.0f}' if memory else '',
    ]


def environment_rows(facts: Iterable[Mapping[str, Any]]) -> list[list[object]]:
    """Return a row for each part of the environment of trainings, with its different values.

    Args:
        facts: metadata of checkpoints; older ones have versions only.

    Examples:
        >>> environment_rows([{'environment': {'threads': '1'}}, {'environment': {'threads': '2'}}])
        [['threads', '1, 2']]
    """
    found: dict[str, dict[str, None]] = {}
    for each in facts:
        stated = each.get('environment') or each.get('versions') or {}
        for name, value in stated.items():
            if name in LEFT_OUT:
                continue
            found.setdefault(str(name), {})[str(value)] = None
    return [[name, ', '.join(values)] for name, values in found.items()]
