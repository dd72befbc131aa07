"""Deterministic weights of full-size networks, so that none need to be stored."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

INDEX, NAME, FIRST, SECOND = (
    np.uint64(constant)
    for constant in (0x9E3779B97F4A7C15, 0xD1B54A32D192ED03, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)


def uniform(name: str, count: int) -> np.ndarray:
    """Return numbers in [0, 1) that belong to a name: 64 bits of the name and the index, mixed."""
    crc = np.array([zlib.crc32(name.encode()) + 1], dtype=np.uint64)
    z = np.arange(count, dtype=np.uint64) * INDEX + crc * NAME  # arrays wrap around modulo 2^64
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def official_weights(facts: Mapping[str, Any]) -> dict[str, Tensor]:
    """Return the float32 state dict that the JSON of a full-size network describes.

    Masks are not among the weights: they keep the values that the network gives them.
    """
    return {
        name: torch.tensor(_values(name, shape, kind, facts['gain']), dtype=torch.float32)
        for name, shape, kind in facts['state_dict']
        if name.rsplit('.', 1)[-1] != 'mask'
    }


def _values(name: str, shape: Sequence[int], kind: str, gain: float) -> np.ndarray:
    u = uniform(name, math.prod(shape)).reshape(shape)
    v = 2 * u - 1
    if kind == 'conv':
        return v * math.sqrt(3 * gain / math.prod(shape[1:]))
    return {
        'bias': 0.1 * v,
        'one': 1 + 0.2 * v,
        'half': 0.5 * v,
        'var': 1 + 0.5 * u,
        'zero': 0 * u,
    }[kind]
