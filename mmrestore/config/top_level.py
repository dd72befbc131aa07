"""The settings at the top of a config: which are read, and what may name one."""

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

# What the runner reads beside its own arguments.
MORE_SETTINGS = (
    *('auto_scale_lr', 'check_data', 'custom_imports', 'find_unused_parameters', 'report'),
    *('stages', 'sync_bn'),
)


@cache
def known_settings() -> tuple[str, ...]:
    """Return the names of all top-level settings that are read."""
    from mmengine.runner import Runner  # takes seconds, and lists of configs need no check

    return (*inspect.signature(Runner).parameters, *MORE_SETTINGS)


def check_override(config: Mapping[str, Any], key: str) -> None:
    """Check that a dotted key begins with a setting that a config has, or that the runner reads.

    Raises:
        ValueError: it does not; the message names near ones.

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
    """Check that no top-level name is a misspelt setting.

    Args:
        names: top-level names of a config.
        variables: those that an expression of the config refers to; nothing else reads them.

    Raises:
        TypeError: nothing reads a name, and it is near one that is read.

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
    """Check that the top-level names of a config can be those of a Python file.

    Raises:
        ValueError: one cannot, or MMEngine keeps it for itself; the message names the file.

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
                f'{where}: {name!r} cannot name a setting, MMEngine uses it for itself: choose '
                'another name, or one that begins with _ for what is no setting'
            )
