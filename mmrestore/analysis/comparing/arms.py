"""Arms of an experiment: ways of training, tests of another arm's checkpoint, and filters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config

from mmrestore.config import find_config, open_config
from mmrestore.models.multiply_adds import num_parameters
from mmrestore.registry import suggest

SEED = 'randomness.seed'
OF_ARM = ('config', 'strategies', 'overrides', 'tests', 'checkpoints')


class Arm(NamedTuple):
    """One way of training, or a test of what another arm has trained.

    - ``config``: file of the config;
    - ``strategies``: training strategies that are merged into it;
    - ``overrides``: settings by dotted key, those of the experiment included;
    - ``tests``: the arm whose last checkpoint is tested with this config; None to train;
    - ``checkpoints``: settings by dotted key that get the last checkpoint of another arm, the one
      of the same seed; its name by key.
    """

    config: Path
    strategies: tuple[str, ...]
    overrides: dict[str, Any]
    tests: str | None = None
    checkpoints: Mapping[str, str] = {}

    @property
    def needed(self) -> set[str]:
        """Names of the arms that must be trained before this one."""
        return {*self.checkpoints.values(), *([self.tests] if self.tests else [])}

    def open(self, seed: int, checkpoints: Mapping[str, str] | None = None) -> Config:
        """Return the config of a training with a seed.

        Args:
            seed: of all draws.
            checkpoints: files by the name of the arm that trained them, of those in ``needed``.
        """
        files = checkpoints or {}
        given = {key: files[arm] for key, arm in self.checkpoints.items() if arm in files}
        return open_config(self.config, {**self.overrides, **given, SEED: seed}, self.strategies)


def is_filter(config: Config) -> bool:
    """Return whether the network of a config has nothing to train; several stages always have."""
    return config.get('model') is not None and num_parameters(config.model.backbone) == 0


def read_arms(stated: Mapping[str, Any], shared: Mapping[str, Any], file: Path) -> dict[str, Arm]:
    """Read the arms of an experiment.

    Args:
        stated: settings of each arm by name.
        shared: overrides of all arms.
        file: of the experiment; configs may lie beside it.

    Raises:
        FileNotFoundError: there is no such config.
        ValueError: a setting is missing, unknown, or names no earlier arm that is trained.
    """
    arms: dict[str, Arm] = {}
    for name, arm in stated.items():
        arms[str(name)] = _arm(str(name), arm, shared, file, arms)
    return arms


def _arm(
    name: str, arm: Any, shared: Mapping[str, Any], file: Path, earlier: Mapping[str, Arm]
) -> Arm:
    wrong = [key for key in arm if key not in OF_ARM] if isinstance(arm, Mapping) else ['?']
    if wrong or not ('config' in arm or 'tests' in arm) or not _is_file_name(name):
        raise ValueError(
            f'arm {name!r} of {file}: expected a name of letters, digits, - and _, and `config` or '
            f'`tests`, perhaps `strategies`, `overrides` and `checkpoints`, got {arm!r}'
        )
    tests = arm.get('tests')
    checkpoints = dict(arm.get('checkpoints') or {})
    for other in [*checkpoints.values(), *([] if tests is None else [tests])]:
        if other not in earlier or earlier[other].tests:
            raise ValueError(
                f'arm {name!r} of {file}: expected `tests` and `checkpoints` to name an arm that '
                f'is trained and listed before, got {other!r}.{suggest(str(other), earlier)}'
            )
    strategies = arm.get('strategies') or ()
    strategies = (strategies,) if isinstance(strategies, str) else tuple(strategies)
    base = dict(shared)
    if 'config' in arm:
        beside = file.parent / str(arm['config'])
        config = beside if beside.is_file() else find_config(arm['config'])
    else:
        config = earlier[tests].config
        base = earlier[tests].overrides
        strategies = (*earlier[tests].strategies, *strategies)
    return Arm(config, strategies, {**base, **(arm.get('overrides') or {})}, tests, checkpoints)


def _is_file_name(name: str) -> bool:
    return bool(name) and name.isascii() and name.replace('_', '').replace('-', '').isalnum()
