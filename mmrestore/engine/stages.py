"""Trainings in stages, each of which uses the result of an earlier one."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from mmengine.config import Config

from mmrestore.config import open_config
from mmrestore.config.top_level import check_override
from mmrestore.engine.checkpoint import resumable_checkpoints
from mmrestore.engine.preparation import prepare_losses
from mmrestore.engine.trial import build_model, try_parts
from mmrestore.registry import suggest


class Stage(NamedTuple):
    """One training.

    - ``path``: its config file;
    - ``takes``: the settings that become a checkpoint of an earlier stage, by its name;
    - ``config``: its config with its overrides, in which those settings are not yet right;
    - ``passes``: the checkpoint that later stages take, ``'last'`` or ``'best'``.
    """

    path: Path
    takes: dict[str, tuple[str, ...]]
    config: Config
    passes: str = 'last'


def read_stages(config: Config) -> dict[str, Stage]:
    """Return the stages of a config by name, in their order.

    Args:
        config: lists ``stages`` by name. Each has its ``config``, relative to the file of this one,
            and perhaps what it ``takes``: the dotted key of a setting, or a list of them, by the
            name of an earlier stage; ``overrides`` of its config, see ``open_config``; and the
            checkpoint that it ``passes`` on, ``'last'`` or ``'best'`` by ``save_best``.

    Raises:
        FileNotFoundError, KeyError, TypeError, ValueError: see ``open_config``.
        ValueError: a stage names no config, or takes from none before it.
    """
    found: dict[str, Stage] = {}
    for name, stage in config.stages.items():
        takes = {
            other: (keys,) if isinstance(keys, str) else tuple(keys)
            for other, keys in stage.get('takes', {}).items()
        }
        file = Path(config.filename or '').parent / stage.get('config', '')
        passes = stage.get('passes', 'last')
        known = {'config', 'takes', 'overrides', 'passes'}
        if set(stage) - known or not file.is_file() or passes not in ('last', 'best'):
            raise ValueError(
                f'stage {name!r} of {config.filename}: expected `config`, a file relative to this '
                "one, and perhaps `takes`, `overrides` and passes='last' or 'best', got "
                f'{dict(stage)}'
            )
        later = [other for other in takes if other not in found]
        if later:
            raise ValueError(
                f'stage {name!r} of {config.filename} takes a checkpoint of {", ".join(later)}, '
                f'which is no stage before it.{suggest(later[0], found)}'
            )
        settings = open_config(file, stage.get('overrides'))
        for key in chain.from_iterable(takes.values()):
            check_override(settings, key)
        found[name] = Stage(file, takes, settings, passes)
    return found


def try_later(stages: Mapping[str, Stage]) -> None:
    """Build the data sets, the model and the hooks of every stage but the first, and try them.

    Their mistakes come before the hours of the first stage. What reads the checkpoint of an earlier
    stage when it is built is left out, for there may be none yet.

    Args:
        stages: the stages by name, see ``read_stages``.

    Raises:
        ValueError, TypeError, KeyError: as a data set or a model does when it is built.
        RuntimeError: as a loss does whose network is missing.
    """
    for stage in list(stages.values())[1:]:
        config = with_taken(
            stage, {other: f'the checkpoint of stage {other}' for other in stage.takes}
        )
        taken = {key.split('.')[0] for key in chain.from_iterable(stage.takes.values())}
        model = None
        with suppress(FileNotFoundError):
            model = build_model(config)
            prepare_losses(model)
        try_parts(config, model, leave_out=taken)


def with_taken(stage: Stage, checkpoints: Mapping[str, str]) -> Config:
    """Return the config of a stage with the checkpoints of other stages that it takes."""
    taken = {key: checkpoints[other] for other, keys in stage.takes.items() for key in keys}
    return open_config(stage.config, taken)


def passed_checkpoint(stage: Stage, folder: Path) -> Path:
    """Return the checkpoint of a finished stage that later ones take.

    Raises:
        FileNotFoundError: it is the best one, and the stage has kept none.
    """
    if stage.passes == 'last':
        return resumable_checkpoints(folder)[0]
    best = sorted(folder.glob('best_*.pth'), key=lambda path: path.stat().st_mtime_ns)
    if not best:
        raise FileNotFoundError(
            f'{folder} holds no best checkpoint: set default_hooks.checkpoint.save_best of the '
            "stage to a metric, or passes='last'"
        )
    return best[-1]


def warn_of_newer(name: str, taken: Iterable[str | Path], checkpoints: Sequence[Path]) -> None:
    """Warn of a stage whose checkpoints are older than its input, which was trained further since.

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
