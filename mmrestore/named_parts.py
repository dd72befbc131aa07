"""Model parts keyed by name, in the order of their application."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmrestore.deprecation import warn_deprecated

DECORATORS = ('inference', 'training_decorators')
Parts = Mapping[str, Any] | Sequence[Any]


def named_parts(parts: Parts | None, *, taken: Iterable[str] = ()) -> dict[str, Any]:
    """Return the configs of parts by name, in their order.

    Args:
        parts: configs by name, which are returned unchanged; None for no parts; or a list of
            configs with a ``type``, the form of earlier versions. Names are then derived from the
            types. A ``RandomReplacementRefinement`` of 0 copies is omitted, because it has no
            effect.
        taken: names that must not be used for items of a list.

    Raises:
        TypeError: ``parts`` is of another type, or an item of a list has no ``type``.

    Examples:
        >>> masks, pad = dict(type='ComplementaryMasks'), dict(type='Pad')
        >>> list(named_parts([masks, pad, pad]))
        ['complementary_masks', 'pad', 'pad_2']
        >>> named_parts(dict(mean=None))
        {'mean': None}
    """
    if parts is None or isinstance(parts, Mapping):
        return dict(parts or {})
    if isinstance(parts, str) or not isinstance(parts, Sequence):
        raise TypeError(f'expected configs of parts by name, got {parts!r}')
    used, named = set(taken), {}
    for part in parts:
        kind = part.get('type') if isinstance(part, Mapping) else None
        if kind is None:
            raise TypeError(f'expected a list of configs with a type, got the item {part!r}')
        kind = kind if isinstance(kind, str) else kind.__name__
        if kind == 'RandomReplacementRefinement' and part.get('copies') == 0:
            continue
        base = snake_case(kind)
        name = next(n for n in (base, *(f'{base}_{i}' for i in range(2, 99))) if n not in used)
        used.add(name)
        named[name] = part
    return named


def read_parts(
    parts: Parts | None, setting: str, *, taken: Iterable[str] = (), file: Path | None = None
) -> dict[str, Any]:
    """Return :func:`named_parts`, with a deprecation warning for the list form.

    Args:
        parts: configs by name, or a list.
        setting: name of the setting, such as ``inference``.
        taken: names that must not be used for items of a list.
        file: config file that contains the setting.
    """
    named = named_parts(parts, taken=taken)
    if parts and not isinstance(parts, Mapping):
        warn_deprecated(
            f'{setting}=[...]',
            f'{setting}=dict({", ".join(f"{name}=..." for name in named)})',
            since='0.2',
            removed='0.4',
            file=file,
        )
    return named


def with_named_decorators(settings: dict[str, Any], file: Path | None = None) -> dict[str, Any]:
    """Return settings in which lists of inference decorators are keyed by name.

    Args:
        settings: settings by name; only ``model`` is changed.
        file: config file that contains the settings. A list in a file replaces what it inherits.
    """
    model = settings.get('model')
    if not isinstance(model, Mapping):
        return settings
    lists = {key: model[key] for key in DECORATORS if isinstance(model.get(key), list)}
    replaces: dict[str, Any] = {} if file is None else {'_delete_': True}
    named = {k: {**replaces, **read_parts(v, k, file=file)} for k, v in lists.items()}
    return {**settings, 'model': {**model, **named}} if named else settings


def snake_case(name: str) -> str:
    """Return a class name in snake case, without its scope.

    Examples:
        >>> snake_case('SelfEnsemble'), snake_case('mmrestore.JPEGBlocks2')
        ('self_ensemble', 'jpeg_blocks2')
    """
    name = name.rsplit('.', 1)[-1]
    return re.sub(r'(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])', '_', name).lower()
