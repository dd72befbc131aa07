"""Definition of an experiment: arms, seeds and test sets, read from a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config

from mmrestore.config import find_config, open_config
from mmrestore.config.reading import read_settings
from mmrestore.registry import suggest

SEED = 'randomness.seed'
OF_ARM = ('config', 'strategies', 'overrides')
OF_EXPERIMENT = ('arms', 'control', 'seeds', 'overrides', 'fixed', 'title')


class Arm(NamedTuple):
    """One way of training.

    - ``config``: file of the config;
    - ``strategies``: training strategies that are merged into it;
    - ``overrides``: settings by dotted key, those of the experiment included.
    """

    config: Path
    strategies: tuple[str, ...]
    overrides: dict[str, Any]

    def open(self, seed: int) -> Config:
        """Return the config of a training with a seed."""
        return open_config(self.config, {**self.overrides, SEED: seed}, self.strategies)


class Experiment(NamedTuple):
    """Arms that are trained with the same seeds and compared with a control arm.

    - ``file``: where it was read from;
    - ``title``: one line;
    - ``arms``: by name, in their order;
    - ``control``: name of the arm that the others are compared with;
    - ``seeds``: each arm is trained once with each;
    - ``fixed``: what was fixed before the first training, in words, for the report.
    """

    file: Path
    title: str
    arms: dict[str, Arm]
    control: str
    seeds: tuple[int, ...]
    fixed: str

    @property
    def others(self) -> list[str]:
        """Names of the arms that are compared with the control."""
        return [name for name in self.arms if name != self.control]


def read_experiment(path: str | Path) -> Experiment:
    """Read an experiment and open the config of every arm, so that mistakes come first.

    Args:
        path: a config file, or the name of one that ships with the package. It states

            - ``arms``: by name, each with its ``config``, a name or a file relative to this one,
              and perhaps ``strategies``, a list, and ``overrides``, settings by dotted key;
            - ``control``: the arm that the others are compared with;
            - ``seeds``: a list of numbers;
            - perhaps ``overrides`` of all arms, such as their test sets; ``fixed``, what was fixed
              before the first training; and ``title``.

    Raises:
        FileNotFoundError, ImportError, KeyError, TypeError, ValueError: see ``open_config``.
        ValueError: a statement is missing, unknown or contradicts another.
    """
    file = find_config(path)
    values = read_settings(file).values
    unknown = [key for key in values if key not in OF_EXPERIMENT]
    if unknown or not isinstance(values.get('arms'), Mapping):
        near = suggest(unknown[0], OF_EXPERIMENT) if unknown else ''
        raise ValueError(
            f'{file} is no experiment: expected arms, control, seeds and perhaps overrides, fixed '
            f'and title, got {", ".join(values) or "nothing"}.{near}'
        )
    shared = dict(values.get('overrides') or {})
    arms = {str(name): _arm(str(name), arm, shared, file) for name, arm in values['arms'].items()}
    control = values.get('control')
    if len(arms) < 2 or control not in arms:
        raise ValueError(
            f'{file}: expected two arms or more, and `control` to name one of them, got the arms '
            f'{", ".join(arms)} and control={control!r}.{suggest(str(control), arms)}'
        )
    experiment = Experiment(
        file=file,
        title=str(values.get('title') or file.stem.replace('_', ' ')),
        arms=arms,
        control=str(control),
        seeds=_seeds(values.get('seeds'), file),
        fixed=str(values.get('fixed') or ''),
    )
    for name, arm in arms.items():
        try:
            arm.open(experiment.seeds[0])
        except (KeyError, TypeError, ValueError, OSError) as error:
            words = error.args[0] if error.args else error
            raise type(error)(f'arm {name!r} of {file}: {words}') from error
    return experiment


def _arm(name: str, arm: Any, shared: Mapping[str, Any], file: Path) -> Arm:
    wrong = [key for key in arm if key not in OF_ARM] if isinstance(arm, Mapping) else ['?']
    if wrong or 'config' not in arm or not _is_file_name(name):
        raise ValueError(
            f'arm {name!r} of {file}: expected a name of letters, digits, - and _, and `config`, '
            f'perhaps `strategies` and `overrides`, got {arm!r}'
        )
    beside = file.parent / str(arm['config'])
    strategies = arm.get('strategies') or ()
    return Arm(
        config=beside if beside.is_file() else find_config(arm['config']),
        strategies=(strategies,) if isinstance(strategies, str) else tuple(strategies),
        overrides={**shared, **(arm.get('overrides') or {})},
    )


def _is_file_name(name: str) -> bool:
    return bool(name) and name.isascii() and name.replace('_', '').replace('-', '').isalnum()


def _seeds(seeds: Any, file: Path) -> tuple[int, ...]:
    listed = list(seeds) if isinstance(seeds, (list, tuple)) else []
    whole = all(isinstance(seed, int) and not isinstance(seed, bool) for seed in listed)
    if not listed or not whole or len(set(listed)) < len(listed) or min(listed) < 0:
        raise ValueError(f'{file}: expected seeds as a list of different numbers, got {seeds!r}')
    return tuple(listed)
