"""The denoiser that ships with the package."""

from __future__ import annotations

from pathlib import Path

from mmengine.config import Config

from mmrestore.apis.model_cache import resolve_model
from mmrestore.apis.recorded import recorded_network

NAME = 'photographs'  # of the shipped denoiser, as `mmrestore models` lists it
OF_TRAINING = ('data_preprocessor', 'losses', 'training_decorators', 'init_cfg')


def shipped_denoiser(checkpoint: Path | None) -> tuple[Config, str]:
    """Return config and file of the denoiser to start from.

    Args:
        checkpoint: one that holds its config; None for the shipped one.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it holds no config.
    """
    if checkpoint is None:
        config, path = resolve_model(NAME)
    else:
        config, path = recorded_network(checkpoint), checkpoint
    return without_training(config), str(path)


def without_training(config: Config) -> Config:
    """Return the config of a network without what only its training needs.

    Examples:
        >>> model = dict(type='Restorer', backbone=dict(type='NBSN'), losses=dict(pixel=dict()))
        >>> without_training(Config(dict(model=model))).model.losses
        {}
    """
    model = {key: value for key, value in config.model.items() if key not in OF_TRAINING}
    return Config({'model': {**model, 'losses': {}}})
