"""Registry of released weights of others, by name.

``released_weights.yml`` holds those that ship; the files that ``MMRESTORE_MODELS`` names are read
after it. An entry of a name that is known already only replaces the fields that it has, so that a
mirror needs no more than ``urls``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from mmrestore.apis.released_model import ReleasedModel
from mmrestore.files import expand
from mmrestore.registry import check_names, suggest

SHIPPED = Path(__file__).with_name('released_weights.yml')
USER_FILES = 'MMRESTORE_MODELS'


def list_models(*words: str) -> list[ReleasedModel]:
    """Return the released weights that can be used by name.

    Args:
        words: those whose name, purpose, license or source lack one of them are left out.

    Raises:
        FileNotFoundError: there is no such file as ``MMRESTORE_MODELS`` names.
        ValueError: a registry is not as it should be.

    Examples:
        >>> [model.name for model in list_models('swinir', 'jpeg', 'quality 10')]
        ['swinir_m_jpeg10_gray', 'swinir_m_jpeg10']
    """
    lowered = [word.lower() for word in words]
    return [m for m in _known().values() if all(word in m.searched_text for word in lowered)]


def find_model(name: str) -> ReleasedModel:
    """Return the released weights of a name.

    Raises:
        FileNotFoundError: there is no such file as ``MMRESTORE_MODELS`` names.
        ValueError: there is no such name, or a registry is not as it should be.

    Examples:
        >>> find_model('dncnn_25_gray').config
        'supervised/dncnn_25_gray'
    """
    models = _known()
    if name not in models:
        raise ValueError(
            f'there is no model {name}.{suggest(name, models)} `mmrestore models` lists them'
        )
    return models[name]


def read_models(*files: Path) -> dict[str, ReleasedModel]:
    """Return the models of registries by name, later ones over earlier ones.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no YAML or JSON, or an entry is not as it should be; the message names
            file, entry and field.
    """
    entries: dict[str, dict[str, Any]] = {}
    models: dict[str, ReleasedModel] = {}
    for file in files:
        for name, given in _read(file).items():
            try:
                if not isinstance(given, dict):
                    raise TypeError(f'expected fields by name, got {given!r}')
                known = [each.name for each in fields(ReleasedModel) if each.name != 'name']
                check_names('an entry', given, known)
                entries[name] = {**entries.get(name, {}), **_resolved(given, file)}
                models[name] = ReleasedModel(name=name, **entries[name])
            except (TypeError, ValueError) as error:
                raise ValueError(f'{file}: {name}: {error}') from error
    return models


def _known() -> dict[str, ReleasedModel]:
    own = os.environ.get(USER_FILES, '').split(os.pathsep)
    return read_models(SHIPPED, *[expand(file) for file in own if file])


def _read(file: Path) -> dict[str, Any]:
    """Return the entries of a registry, without those that begin with a dot."""
    if not file.is_file():
        raise FileNotFoundError(f'there is no registry {file}, which {USER_FILES} names')
    try:
        loader = yaml.SafeLoader(file.read_text(encoding='utf-8'))
        node = loader.get_single_node()
        content = {} if node is None else loader.construct_document(node)
    except (ValueError, yaml.YAMLError) as error:
        reason = ' '.join(str(error).split())
        raise ValueError(f'{file} cannot be read as YAML or JSON: {reason}') from error
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise ValueError(f'{file}: expected models by name')
    names = [key.value for key, _ in node.value] if node is not None else []
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f'{file}: {", ".join(twice)} stands there twice')
    return {name: entry for name, entry in content.items() if not name.startswith('.')}


def _resolved(given: Mapping[str, Any], file: Path) -> dict[str, Any]:
    """Return the fields of an entry, with lists as tuples and configs in its folder as paths."""
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
    config = values.get('config')
    if isinstance(config, str) and (file.parent / config).is_file():
        values['config'] = str(file.parent / config)
    return values
