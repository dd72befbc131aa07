"""Definition of an experiment: arms, seeds and test sets, read from a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mmrestore.analysis.comparing.arms import Arm, read_arms
from mmrestore.config import find_config
from mmrestore.config.reading import read_settings
from mmrestore.registry import suggest

OF_EXPERIMENT = ('arms', 'control', 'seeds', 'overrides', 'fixed', 'title')


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
              and perhaps ``strategies``, a list, ``overrides``, settings by dotted key, and
              ``checkpoints``, earlier arms by the dotted key of a setting that gets their last
              checkpoint; or with ``tests``, an earlier arm whose last checkpoint is tested
              without training, and perhaps ``overrides``;
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
    arms = read_arms(values['arms'], shared, file)
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


def _seeds(seeds: Any, file: Path) -> tuple[int, ...]:
    listed = list(seeds) if isinstance(seeds, (list, tuple)) else []
    whole = all(isinstance(seed, int) and not isinstance(seed, bool) for seed in listed)
    if not listed or not whole or len(set(listed)) < len(listed) or min(listed) < 0:
        raise ValueError(f'{file}: expected seeds as a list of different numbers, got {seeds!r}')
    return tuple(listed)
