"""None takes away what a config inherits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mmrestore.config.annotations import (
    UNTYPED,
    annotation_members,
    argument,
    argument_annotation,
)
from mmrestore.config.top_level import MORE_SETTINGS

# Lists of parts, which are known to be such if all of their items are None.
LISTS = re.compile(r'custom_hooks|param_scheduler(\.\w+)?|\w+_evaluator(\.metrics)?')
METRICS = re.compile(r'\w+_evaluator\.metrics')  # an evaluator without figures
ANYTHING = {'Any', 'object', 'None', 'NoneType'}


def without_absent(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings without those that are None where nothing takes None.

    They are None for an argument whose annotation does not allow it, whose default then holds; for
    what is read of dictionaries without a type; and items of lists of parts. All others stay: the
    part that gets None leaves out what it is.

    Raises:
        ValueError: the type of a part is None.

    Examples:
        >>> without_absent({'custom_hooks': [None], 'env_cfg': {'mp_cfg': None}, 'load_from': None})
        {'custom_hooks': [], 'env_cfg': {}, 'load_from': None}
    """
    return _without(settings, settings, '')


def _without(value: Any, settings: Mapping[str, Any], at: str) -> Any:
    if value is None and METRICS.fullmatch(at):
        return []
    if isinstance(value, Mapping):
        if value.get('type', '') is None:
            raise ValueError(f'{at}.type is None: give a type, or take all of it away by {at}=None')
        places = {name: f'{at}.{name}' if at else name for name in value}
        return {
            name: _without(each, settings, places[name])
            for name, each in value.items()
            if each is not None
            or METRICS.fullmatch(places[name])
            or not _is_absent(settings, places[name])
        }
    if not isinstance(value, (list, tuple)):
        return value
    items = [_without(item, settings, f'{at}.{place}') for place, item in enumerate(value)]
    parts = [item for item in items if item is not None]
    if all(isinstance(part, dict) for part in parts) and (parts or LISTS.fullmatch(at)):
        items = parts
    return items if isinstance(value, list) else tuple(items)


def _is_absent(settings: Mapping[str, Any], key: str) -> bool:
    """Whether None for a setting can only mean that there is none."""
    owner, _, name = key.rpartition('.')
    parameter = argument(settings, key)
    if parameter is None:
        return key in MORE_SETTINGS or name in UNTYPED.get(owner, ())
    members = {m.rpartition('.')[2] for m in annotation_members(argument_annotation(settings, key))}
    return bool(members) and not members & ANYTHING and parameter.default is not None
