"""Known names of top-level settings."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from keyword import iskeyword
from pathlib import Path
from typing import Any

from mmengine.config.config import RESERVED_KEYS

from mmrestore.config.merging import flat
from mmrestore.registry import suggest

# Settings that are read in addition to the arguments of the runner.
MORE_SETTINGS = (
    *('auto_scale_lr', 'check_data', 'custom_imports', 'find_unused_parameters', 'report'),
    *('stages', 'sync_bn'),
)


@cache
def known_settings() -> tuple[str, ...]:
    """Return the names of all known top-level settings."""
    from mmengine.runner import Runner  # takes seconds; listing configs does not need it

    return (*inspect.signature(Runner).parameters, *MORE_SETTINGS)


def check_override(config: Mapping[str, Any], key: str) -> None:
    """Check that a dotted key begins with a setting of the config or a known setting.

    Raises:
        ValueError: the setting is unknown; the message suggests similar names.

    Examples:
        >>> check_override({'model': {}}, 'modle.type')
        Traceback (most recent call last):
        ValueError: modle.type: the config has no setting 'modle'. Did you mean model?
        >>> check_override({'train_cfg': {'max_epochs': 6}}, 'max_epochs')
        Traceback (most recent call last):
        ValueError: max_epochs: the config has no setting 'max_epochs'. Did you mean \
train_cfg.max_epochs?
    """
    name, known = key.split('.')[0], [*config, *known_settings()]
    if name not in known:
        deeper = [k for k, _ in flat(config) if k.endswith(f'.{key}')]
        hint = f' Did you mean {" or ".join(deeper[:3])}?' if deeper else suggest(name, known)
        raise ValueError(f'{key}: the config has no setting {name!r}.{hint}')


def check_settings(names: Iterable[str], variables: Collection[str]) -> None:
    """Check that no top-level name is a misspelled setting.

    Args:
        names: top-level names of a config.
        variables: names used by expressions of the config.

    Raises:
        TypeError: a name is unknown and similar to a known name.

    Examples:
        >>> check_settings(['sigma', 'optim_wraper'], variables=['sigma'])
        Traceback (most recent call last):
        TypeError: nothing reads the setting 'optim_wraper'. Did you mean optim_wrapper?
    """
    known = known_settings()
    for name in names:
        if name not in (*known, *variables) and (guess := suggest(name, known, likeness=0.7)):
            raise TypeError(f'nothing reads the setting {name!r}.{guess}')


def check_top_names(names: Iterable[str], file: Path | None) -> None:
    """Check that the top-level names of a config are valid names in a Python file.

    Raises:
        ValueError: a name is invalid or reserved by MMEngine; the message names the file.

    Examples:
        >>> check_top_names(['my-key'], None)
        Traceback (most recent call last):
        ValueError: the config: 'my-key' cannot name a setting: use letters, digits and _
    """
    where = file or 'the config'
    for name in names:
        if not name.isidentifier() or iskeyword(name):
            raise ValueError(f'{where}: {name!r} cannot name a setting: use letters, digits and _')
        if name in RESERVED_KEYS:
            raise ValueError(
                f'{where}: {name!r} cannot name a setting, because MMEngine reserves it: choose '
                'another name, or a name that begins with _ for a helper variable'
            )
