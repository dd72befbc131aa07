"""Difference between tiled and untiled restoration."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from mmrestore.datasets.image_file import read_pictures
from mmrestore.datasets.upright import upright
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.models.backbones.base import facts
from mmrestore.models.inference.auto_tile import AutoTile
from mmrestore.models.inference.base import InferenceDecorator
from mmrestore.models.inference.tile import Tile
from mmrestore.models.restorers.restorer import Restorer

CROP = 512  # side of the part on which tiles are checked


@torch.inference_mode()
def tile_difference(model: nn.Module, file: str | Path) -> str:
    """Return in words how much tiles change the restored middle of an image.

    The part has at most 512 pixels a side; ``AutoTile`` restores it in tiles of a quarter of it.

    Args:
        model: a restorer, made by ``init_restorer`` with tiles.
        file: an image file.

    Raises:
        ValueError: the restorer has no tiles.
    """
    tiles = _tiles(model)
    picture = upright(next(iter(read_pictures(file))))
    height, width = picture.pixels.shape[:2]
    top, left = max(height - CROP, 0) // 2, max(width - CROP, 0) // 2
    crop = np.ascontiguousarray(picture.pixels[top : top + CROP, left : left + CROP])
    channels = facts(model.get_submodule('backbone')).in_channels or 3
    if channels == 1 and crop.shape[-1] == 3:
        crop = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[..., None]
    device = next((p.device for p in model.parameters()), torch.device('cpu'))
    x = to_unit_range(torch.from_numpy(crop).permute(2, 0, 1)[None].to(device))
    with model.predicting(device) if isinstance(model, Restorer) else nullcontext():
        tiled, whole = tiles.tiled_and_whole(x.expand(-1, channels, -1, -1))
    difference = (tiled.clamp(0, 1) - whole.clamp(0, 1)).abs()
    return (
        f'tiles differ from the whole image by {difference.max():.2e} at most, '
        f'{difference.mean():.2e} on average, of a range of 1, in the middle '
        f'{x.shape[2]} x {x.shape[3]} pixels of {file}'
    )


def _tiles(model: nn.Module) -> AutoTile | Tile:
    # Any MMEngine model may restore; only a Restorer has decorators.
    decorator = getattr(model, 'predictor', None)
    while isinstance(decorator, InferenceDecorator):
        if isinstance(decorator, (AutoTile, Tile)):
            return decorator
        decorator = decorator.net
    raise ValueError('there are no tiles to check: restore with --tile SIZE or auto')
