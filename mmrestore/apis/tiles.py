"""Tile configs of large images and the settings they take from the config."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from mmrestore.engine.rehearsal import crop_settings
from mmrestore.models.inference.base import states, with_tiles
from mmrestore.models.restorers.restorer import Restorer
from mmrestore.named_parts import read_parts
from mmrestore.registry import MODELS


def tile_config(
    tile: str | int,
    overlap: int | None = None,
    *,
    train_size: int | None = None,
    progress: bool = False,
) -> dict[str, Any]:
    """Return the config of the decorator by which large images are restored.

    Args:
        tile: ``'auto'``, ``'none'``, or the side of tiles.
        overlap: pixels that neighboring tiles of this side share; by default what the network
            sees, which is measured.
        train_size: side of the patches of training in pixels of the input, if it is known.
        progress: whether a bar of tiles is shown.

    Raises:
        ValueError: it is none of these.

    Examples:
        >>> tile_config(512)
        {'type': 'AutoTile', 'size': 512}
        >>> tile_config(512, 32)
        {'type': 'Tile', 'size': 512, 'overlap': 32}
    """
    if tile == 'none':
        return {'type': 'Pad'}
    config: dict[str, Any] = {'type': 'AutoTile'}
    if tile != 'auto':
        if isinstance(tile, bool) or not str(tile).isdecimal() or int(tile) < 1:
            raise ValueError(
                f"expected tiles of 'auto', 'none' or a number of pixels, got {tile!r}"
            )
        config['size'] = int(tile)
        if overlap is not None:
            config.update(type='Tile', overlap=overlap)
    if overlap is None and train_size is not None:
        config['train_size'] = train_size
    return {**config, 'progress': True} if progress else config


def with_tiles_in_test(
    config: Mapping[str, Any], tile: str | int, overlap: int | None = None
) -> dict[str, Any]:
    """Return the inference decorators of a test in which large images are restored in tiles.

    Images that are not restored in tiles go to the network as without. A config that has tiles
    keeps them, and a model of another package its decorators.

    Args:
        config: a whole config.
        tile: see :func:`tile_config`; ``'none'`` leaves all as the config has it.
        overlap: see :func:`tile_config`.
    """
    model = config['model']
    parts = read_parts(model.get('inference'), 'model.inference')
    made = tile_config(tile, overlap, train_size=training_patch(config))
    component = MODELS.get(model['type'])
    ours = isinstance(component, type) and issubclass(component, Restorer)
    has_tiles = any(
        cfg is not None and states(cfg['type'], 'bounds_memory') for cfg in parts.values()
    )
    if tile == 'none' or not ours or (tile == 'auto' and has_tiles):
        return parts
    return with_tiles(parts, {**made, 'pad': False} if overlap is None else made)


def training_patch(config: Mapping[str, Any]) -> int | None:
    """Return the side in pixels of the patches on which a config trains its network.

    Args:
        config: a whole config; one without training data has no patches.

    Returns:
        The least side of a crop, in pixels of the input of the network; None if it is unknown.

    Examples:
        >>> patch = dict(type='RandomCrop', size=96)
        >>> training_patch(dict(train_dataloader=dict(dataset=dict(pipeline=dict(patch=patch)))))
        96
    """
    dataset = (config.get('train_dataloader') or {}).get('dataset')
    found: list[Any] = []
    if isinstance(dataset, Mapping):
        with suppress(KeyError):  # a transform of a package that is not here
            found = [size for _, size in crop_settings(dataset, at='dataset')]
    sides = [side for size in found for side in _sides(size)]
    return min(sides, default=None)


def _sides(size: Any) -> list[int]:
    sides = size if isinstance(size, (list, tuple)) else [size]
    return [side for side in sides if isinstance(side, int) and side > 0]
