"""Restore images with a trained network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.registry import init_default_scope
from torch import nn

from mmrestore.apis.image_restorer import ImageRestorer
from mmrestore.apis.networks import choose_device, open_network_config
from mmrestore.apis.recorded import recorded_network
from mmrestore.apis.tiles import tile_config, training_patch
from mmrestore.models.inference.base import with_tiles
from mmrestore.models.weights import load_weights
from mmrestore.named_parts import read_parts
from mmrestore.registry import MODELS


def init_restorer(
    config: str | Path | Config | None = None,
    checkpoint: str | Path | None = None,
    *,
    device: str | int | None = None,
    overrides: Mapping[str, Any] | Sequence[str] | None = None,
    strategies: Sequence[str | Path] = (),
    inference: Mapping[str, dict | None] | None = None,
    tile: dict | str | int | None = None,
    imports: Sequence[str] = (),
) -> nn.Module:
    """Build the restorer of a config and load its weights.

    Args:
        config: a config as for ``mmrestore.config.open_config``; None for the one that the
            checkpoint holds.
        checkpoint: checkpoint of this package or released weights; None leaves random weights.
        device: where it runs; a GPU if there is one by default.
        overrides: settings that override those of the config, see ``open_config``.
        strategies: training strategies that are merged into the config.
        inference: configs of further inference decorators by name, around those of the config; one
            of a name that the config has replaces that of the config, None takes it away.
        tile: how large images are restored: None as the config says; ``'auto'`` in tiles where
            memory does not suffice (:class:`AutoTile`); ``'none'`` whole, and padded; the side of
            tiles, which overlap by what the network sees; or the config of a decorator. It stands
            around all others, but inside of masks that are drawn for whole images.
        imports: modules to import that a recorded config needs; see ``recorded_config``.

    Raises:
        FileNotFoundError: there is no such config or checkpoint.
        ValueError: the weights are of another network, the config lists several trainings, or
            there is no such device.
    """
    device = choose_device(device)
    if config is None:
        if checkpoint is None:
            raise ValueError('give a config, a checkpoint that holds one, or both')
        config = recorded_network(checkpoint, imports)
    opened = open_network_config(config, overrides, strategies)
    init_default_scope('mmrestore')
    model = opened.model
    parts = read_parts(model.get('inference'), 'model.inference')
    if isinstance(tile, dict):
        parts = with_tiles(parts, tile)
    parts = {**parts, **read_parts(inference, 'inference', taken=parts)}
    if tile is not None and not isinstance(tile, dict):
        parts = with_tiles(parts, tile_config(tile, train_size=training_patch(opened)))
    model.inference = parts
    restorer = MODELS.build(model)
    if checkpoint is not None and (where := load_weights(restorer, checkpoint)):
        print_log(f'loaded the weights of {checkpoint}, {where}', logger='current')
    return restorer.to(device).eval()


def restore(restorer: nn.Module | ImageRestorer, image: Any) -> Any:
    """Restore an image, in any of the forms of :class:`ImageRestorer`, and return it in that form.

    Args:
        restorer: made by :func:`init_restorer` or ``mmrestore.load``.
        image: such as an array H x W x C, RGB or gray (C = 1), uint8, uint16 or floating point in
            [0, 1].

    Raises:
        TypeError, ValueError: see :class:`ImageRestorer`.
    """
    return as_image_restorer(restorer)(image)


def as_image_restorer(restorer: nn.Module | ImageRestorer) -> ImageRestorer:
    """Return a restorer as a function of images."""
    return restorer if isinstance(restorer, ImageRestorer) else ImageRestorer(restorer)
