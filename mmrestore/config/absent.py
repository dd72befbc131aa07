"""Removal of inherited settings by None."""

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

# Lists of components, recognized by their keys even if all items are None.
LISTS = re.compile(r'custom_hooks|param_scheduler(\.\w+)?|\w+_evaluator(\.metrics)?')
METRICS = re.compile(r'\w+_evaluator\.metrics')  # None means an evaluator without metrics
ANYTHING = {'Any', 'object', 'None', 'NoneType'}


def without_absent(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Remove settings that are None where None is not a valid value.

    Three kinds are removed: arguments whose annotation does not allow None, which then have their
    defaults; settings of dictionaries without a type; and items in lists of components. All other
    None values are kept and passed to the component.

    Raises:
        ValueError: the type of a component is None.

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
            raise ValueError(f'{at}.type is None: set a type, or remove the component by {at}=None')
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
    """Return True if None can only mean that the setting is removed."""
    owner, _, name = key.rpartition('.')
    parameter = argument(settings, key)
    if parameter is None:
        return key in MORE_SETTINGS or name in UNTYPED.get(owner, ())
    members = {m.rpartition('.')[2] for m in annotation_members(argument_annotation(settings, key))}
    return bool(members) and not members & ANYTHING and parameter.default is not None
