"""Trainings that follow each other, each with what an earlier one made."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmrestore.engine.config_check import check_config, check_overrides
from mmrestore.engine.preparation import prepare_losses
from mmrestore.registry import DATASETS, MODELS, suggest


class Stage(NamedTuple):
    """One training.

    - ``path``: its config file;
    - ``takes``: the settings that become the last checkpoint of an earlier stage, by its name;
    - ``overrides``: settings that override the config, by dotted key.
    """

    path: Path
    takes: dict[str, tuple[str, ...]]
    overrides: dict[str, Any]


def read_stages(
    path: str | Path, stages: Mapping[str, Mapping], overrides: Mapping[str, Any]
) -> dict[str, Stage]:
    """Return the stages of a config by name, in their order.

    Args:
        path: the config file that lists them.
        stages: of each its ``config``, relative to that file, and what it ``takes``: the dotted key
            of a setting, or a list of them, by the name of an earlier stage.
        overrides: settings by dotted key, which begins with the name of a stage.

    Raises:
        KeyError, TypeError: as of ``check_config``, for a config with its overrides.
        ValueError: a config is missing, a stage takes from none before it, or an override is of no
            stage or of no setting.
    """
    found: dict[str, Stage] = {}
    for name, stage in stages.items():
        unknown = set(stage) - {'config', 'takes'}
        takes = {
            other: (keys,) if isinstance(keys, str) else tuple(keys)
            for other, keys in stage.get('takes', {}).items()
        }
        file = Path(path).parent / stage.get('config', '')
        if unknown or not file.is_file():
            raise ValueError(
                f'stage {name!r} of {path}: expected `config`, a file relative to this one, and '
                f'perhaps `takes`, got {dict(stage)}'
            )
        later = [other for other in takes if other not in found]
        if later:
            raise ValueError(
                f'stage {name!r} of {path} takes a checkpoint of {", ".join(later)}, which is no '
                f'stage before it.{suggest(later[0], found)}'
            )
        own = {
            key.removeprefix(f'{name}.'): value
            for key, value in overrides.items()
            if key.startswith(f'{name}.')
        }
        settings = Config.fromfile(file)
        check_overrides(settings, own)
        check_overrides(settings, chain.from_iterable(takes.values()))
        settings.merge_from_dict(own)
        check_config(settings)
        found[name] = Stage(file, takes, own)
    for key in overrides:
        if key.split('.')[0] not in found or '.' not in key:
            raise ValueError(
                f'--cfg-options {key}: begin with the name of a stage, '
                f'{" or ".join(f"{name}." for name in found)}, as in {next(iter(found))}.{key}'
            )
    return found


def try_later(stages: Mapping[str, Stage]) -> None:
    """Build the data sets and the model of every stage but the first, and drop them again.

    Their mistakes come before the hours of the first stage. What reads the checkpoint of an earlier
    stage when it is built is left out, for there may be none yet.

    Args:
        stages: the stages by name, as of ``read_stages``.

    Raises:
        ValueError, TypeError, KeyError: as a data set or a model does when it is built.
        RuntimeError: as a loss does whose network is missing.
    """
    init_default_scope('mmrestore')
    for stage in list(stages.values())[1:]:
        config = Config.fromfile(stage.path)
        config.merge_from_dict(stage.overrides)
        for other, keys in stage.takes.items():
            config.merge_from_dict(dict.fromkeys(keys, f'the checkpoint of stage {other}'))
        taken = {key.split('.')[0] for key in chain.from_iterable(stage.takes.values())}
        for loader in ('train_dataloader', 'val_dataloader'):
            if loader not in taken and config.get(loader) is not None:
                DATASETS.build(_without_cache(config[loader].dataset))
        with suppress(FileNotFoundError):
            prepare_losses(MODELS.build(config.model))


def _without_cache(config: Any) -> Any:
    """Return the config of a data set, and of those in it, that keeps no images in memory."""
    if not isinstance(config, Mapping):
        return config
    return {key: _without_cache(value) for key, value in config.items() if key != 'cache'}


def warn_of_newer(name: str, taken: Iterable[str | Path], checkpoints: Sequence[Path]) -> None:
    """Warn of a stage whose checkpoints are older than what it takes, which went on since then.

    Args:
        name: the stage.
        taken: checkpoints of earlier stages.
        checkpoints: its own, the newest first; none if it has not begun.
    """
    if not checkpoints:
        return
    own = checkpoints[0].stat().st_mtime
    newer = [str(path) for path in taken if Path(path).stat().st_mtime > own]
    if newer:
        warnings.warn(
            f'stage {name!r} goes on from {checkpoints[0]}, but {", ".join(newer)} is newer, so '
            f'what it learnt before is of another checkpoint: move {checkpoints[0].parent} away to '
            'train the stage anew',
            stacklevel=2,
        )
