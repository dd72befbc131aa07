"""Advice for a training that ran out of memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmengine.config import Config

from mmrestore.config.check import by_part
from mmrestore.registry import MODELS

BATCHES = ('train_dataloader.total_batch_size', 'train_dataloader.batch_size')
PATCH = 'train_dataloader.dataset.pipeline.patch.size'
AMP = 'AmpOptimWrapper'


def memory_advice(config: Config, iteration: int, *, device: str) -> str:
    """Return in one sentence what would help a training that ran out of memory.

    Args:
        config: of the training.
        iteration: number of the iteration that failed, from 1.
        device: where it ran.

    Examples:
        >>> config = Config({'train_dataloader': {'total_batch_size': 1}})
        >>> memory_advice(config, 3, device='cuda')
        'memory of cuda ran out in iteration 3. What helps: mixed precision (--amp)'
    """
    batch = next((key for key in BATCHES if _found(config, key) is not None), BATCHES[0])
    size = _found(config, batch)
    wrapper = config.get('optim_wrapper') or {}
    part = f'optim_wrapper{".*" if wrapper and by_part(wrapper) else ""}'
    remedies = []
    if isinstance(size, int) and size > 1:
        counts = 2 * (_found(config, 'optim_wrapper.accumulative_counts') or 1)
        remedies.append(
            f'{batch}={size // 2} with {part}.accumulative_counts={counts} (the same images a step)'
        )
    patch = _found(config, PATCH)
    if isinstance(patch, int):
        remedies.append(f'patches smaller than {PATCH}={patch}')
    if device != 'cpu' and AMP not in str(wrapper):
        remedies.append('mixed precision (--amp)')
    if _states_blocks(config) and not _found(config, 'model.checkpoint_blocks'):
        remedies.append('model.checkpoint_blocks=True (a third more time)')
    helps = f'. What helps: {", ".join(remedies)}' if remedies else ''
    return f'memory of {device} ran out in iteration {iteration}{helps}'


def _states_blocks(config: Config) -> bool:
    kind = _found(config, 'model.backbone.type')
    # A backbone of another package may state nothing.
    return bool(kind and getattr(MODELS.get(kind), 'block_names', ()))


def _found(config: Config, key: str) -> Any:
    found: Any = dict(config)
    for part in key.split('.'):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
