"""Load a trained network from a file or by name, ready to restore images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config

from mmrestore.apis.image_restorer import ImageRestorer
from mmrestore.apis.inference import init_restorer
from mmrestore.apis.model_cache import resolve_model
from mmrestore.apis.released_models import list_models
from mmrestore.files import expand
from mmrestore.registry import suggest


def load(
    source: str | Path,
    config: str | Path | Config | Mapping[str, Any] | None = None,
    *,
    device: str | int | None = None,
    dtype: str | torch.dtype = 'float32',
    tile: str | int | dict | None = 'auto',
    overrides: Mapping[str, Any] | Sequence[str] | None = None,
    strategies: Sequence[str | Path] = (),
    inference: Mapping[str, dict | None] | None = None,
    imports: Sequence[str] = (),
) -> ImageRestorer:
    """Return a trained network as a function that restores images.

    Nothing from the file is executed; see ``mmrestore.apis.recorded.recorded_config``.

    Args:
        source: a checkpoint of this package, a model that was exported to safetensors, released
            weights (then give their config), or a name that ``mmrestore.list_models`` lists.
        config: a config as for ``mmrestore.config.open_config``; by default the one that the file
            holds.
        device: where it runs; a GPU if there is one by default.
        dtype: ``float32``, ``bfloat16`` or ``float16``: of the computation; weights stay float32.
        tile: ``'auto'``: an image for which memory does not suffice is restored in tiles;
            ``'none'``, the side of tiles, or None: see ``init_restorer``.
        overrides: settings that override those of the config, as
            ``{'model.test_seed': 1}``, the seed of what is random in a prediction.
        strategies: training strategies that are merged into the config.
        inference: configs of further inference decorators by name; see ``init_restorer``.
        imports: modules that register components of the config, if no plugin does.

    Raises:
        FileNotFoundError: there is no such file or name.
        ImportError: a module cannot be imported.
        TypeError: ``source`` is no path and no name.
        ValueError: the file is damaged or holds no config, weights and config do not fit, or there
            is no such device.
    """
    if not isinstance(source, (str, Path)):
        raise TypeError(
            'expected a checkpoint, an exported safetensors file or the name of released weights, '
            f'got {type(source).__name__}'
        )
    path = expand(source)
    if not path.exists():
        names = [model.name for model in list_models()]
        if str(source) not in names:
            raise FileNotFoundError(
                f'there is no file {path}, and no released model of that name.'
                f'{suggest(str(source), names)} `mmrestore models` lists them'
            )
        released, path = resolve_model(str(source))
        config = released if config is None else config
    elif path.is_dir():
        raise ValueError(f'{path} is a folder: give a checkpoint in it')
    model = init_restorer(
        config,
        path,
        device=device,
        overrides=overrides,
        strategies=strategies,
        inference=inference,
        tile=tile,
        imports=imports,
    )
    return ImageRestorer(model, dtype=dtype)
