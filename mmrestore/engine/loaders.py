"""Defaults of data loaders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from mmengine.dist import get_world_size

IN_ORDER = {'type': 'DefaultSampler', 'shuffle': False}


def whole_loader(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a data loader with those that are left out, or None.

    ``batch_size`` counts the images of one process, ``total_batch_size``, which may stand instead,
    those of all processes together. Batches are stacked in the workers. Without a sampler images
    come in their order.

    Raises:
        ValueError: both sizes are given, or the total cannot be shared evenly.

    Examples:
        >>> whole_loader({'total_batch_size': 8, 'sampler': None})['batch_size']
        8
    """
    loader = {name: value for name, value in given.items() if value is not None}
    total = loader.pop('total_batch_size', None)
    if total is not None:
        if 'batch_size' in loader:
            raise ValueError(
                f'a data loader has total_batch_size={total}, over all processes, or '
                f'batch_size={loader["batch_size"]}, of one process; give one of them'
            )
        if total % get_world_size():
            raise ValueError(
                f'total_batch_size={total} cannot be shared by {get_world_size()} processes: '
                'choose a multiple'
            )
        loader['batch_size'] = total // get_world_size()
    sampler = loader.setdefault('sampler', IN_ORDER)
    defaults = {
        'num_workers': 0,
        'drop_last': isinstance(sampler, dict) and sampler.get('type') == 'ResumableSampler',
        'pin_memory': torch.cuda.is_available(),
        'collate_fn': {'type': 'mmrestore.collate'},
        'worker_init_fn': {'type': 'mmrestore.init_worker'},
    }
    return {**defaults, **loader}
