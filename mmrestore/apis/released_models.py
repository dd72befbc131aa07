"""The registry of released weights: what others have published, by name.

``released_weights.yml`` holds those that ship; the files that ``MMRESTORE_MODELS`` names are read
after it. An entry of a name that is known already only replaces the fields that it has, so that a
mirror needs no more than ``urls``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from mmrestore.apis.download import RemoteFile
from mmrestore.files import expand
from mmrestore.registry import check_names, suggest

SHIPPED = Path(__file__).with_name('released_weights.yml')
USER_FILES = 'MMRESTORE_MODELS'
SUFFIXES = ('.pth', '.pt', '.ckpt', '.safetensors')


@dataclass(frozen=True, kw_only=True)
class ReleasedModel:
    """Released weights, and the network that they belong to.

    Args:
        name: what users call it: letters, digits, ``_`` and ``-``.
        urls: addresses of one and the same file, tried in their order.
        config: config of the network, a name, or a file, which may be relative to the registry.
        overrides: settings that override the config, by dotted key.
        purpose: what the weights are good for.
        license: that of the weights, or of their repository where they have none of their own.
        source: page of the authors.
        size: bytes, None if not known.
        sha256: hash of the file or its first 8 digits or more, None if not known.
        file: name of the published file; that in the first address by default.
        key: under which the tensors lie in the file; None if they are bare or it is not known.
        published: figure of the authors, never one measured with this package.
        tried: whether this package was seen to load the file and to restore images with it.

    Raises:
        TypeError: a value is of another type.
        ValueError: a value cannot be right.
    """

    name: str
    urls: tuple[str, ...]
    config: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    purpose: str = ''
    license: str = 'none stated'
    source: str = ''
    size: int | None = None
    sha256: str | None = None
    file: str = ''
    key: str | None = None
    published: str = ''
    tried: bool = False

    def __post_init__(self) -> None:
        for each in fields(self):
            _check_type(each.name, getattr(self, each.name), required=each.default is MISSING)
        if not re.fullmatch(r'[A-Za-z0-9_-]+', self.name):
            raise ValueError('expected a name of letters, digits, _ and -')
        if not self.urls:
            raise ValueError('urls: expected an address at least')
        if self.size is not None and self.size <= 0:
            raise ValueError(f'size: expected a number of bytes, got {self.size}')
        if self.sha256 is not None and not re.fullmatch(r'[0-9a-f]{8,64}', self.sha256):
            raise ValueError(
                f'sha256: expected 64 hexadecimal digits, or the first 8 or more, got {self.sha256}'
            )
        if self.suffix not in SUFFIXES or re.search(r'[/\\]', self.file_name):
            raise ValueError(
                f'file: expected a name that ends in {", ".join(SUFFIXES)}, got {self.file_name}'
            )
        assert self.remote_file

    @property
    def file_name(self) -> str:
        """Name of the published file."""
        return self.file or self.urls[0].rpartition('/')[2]

    @property
    def suffix(self) -> str:
        """Suffix of the published file, with its dot."""
        return Path(self.file_name).suffix

    @property
    def remote_file(self) -> RemoteFile:
        """Where the file lies and what is known of it."""
        return RemoteFile(self.urls, size=self.size, sha256=self.sha256)


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
    return [
        model
        for model in read_models(SHIPPED, *_user_files()).values()
        for text in [f'{model.name} {model.purpose} {model.license} {model.source}'.lower()]
        if all(word.lower() in text for word in words)
    ]


def find_model(name: str) -> ReleasedModel:
    """Return the released weights of a name.

    Raises:
        FileNotFoundError: there is no such file as ``MMRESTORE_MODELS`` names.
        ValueError: there is no such name, or a registry is not as it should be.

    Examples:
        >>> find_model('dncnn_25_gray').config
        'supervised/dncnn_25_gray'
    """
    models = read_models(SHIPPED, *_user_files())
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


def _user_files() -> list[Path]:
    return [expand(file) for file in os.environ.get(USER_FILES, '').split(os.pathsep) if file]


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
    """Return the fields of an entry, lists as tuples and configs beside the registry as paths."""
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
    config = values.get('config')
    if isinstance(config, str) and (file.parent / config).is_file():
        values['config'] = str(file.parent / config)
    return values


def _check_type(name: str, value: Any, *, required: bool) -> None:
    kinds = {
        'urls': ('a list of texts', tuple),
        'overrides': ('settings by key', Mapping),
        'size': ('a whole number', int),
        'tried': ('true or false', bool),
    }
    words, kind = kinds.get(name, ('a text', str))
    right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if name == 'urls':
        right = right and all(isinstance(url, str) for url in value)
    if not right and (value is not None or name not in ('size', 'sha256', 'key')):
        raise TypeError(f'{name}: expected {words}, got {value!r}')
