"""Recorded configs and metadata of model files, read as data."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmrestore.config import read_config_text
from mmrestore.config.merging import IMPORTS
from mmrestore.engine.checkpoint import load_checkpoint, read_plain
from mmrestore.plugins import of_plugin
from mmrestore.registry import find_component

METADATA = 'metadata.json'  # of a torch-export program


def file_metadata(path: str | Path) -> dict[str, str]:
    """Return the metadata of an exported model, all of it text; nothing of it is executed.

    Args:
        path: a ``.safetensors``, ``.onnx`` or ``.pt2`` file.

    Raises:
        FileNotFoundError: there is no such file.
        ImportError: an ONNX file is read, and the package onnx is not installed.
        ValueError: the file is damaged, or of another kind.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'there is no model file {path}')
    read = READERS.get(path.suffix)
    if read is None:
        raise ValueError(f'{path} has no metadata: expected one of {", ".join(READERS)}')
    try:
        return read(path)
    except ImportError:
        raise
    except Exception as error:  # every reader raises types of its own for a damaged file
        raise ValueError(f'{path} cannot be read: it is damaged, or no {path.suffix}') from error


def recorded_config(path: str | Path, imports: Sequence[str] = ()) -> Config:
    """Return the config that a checkpoint or an exported model holds, read as literals.

    A file decides nothing about what is imported or called: of the modules that the config lists in
    ``custom_imports``, those of installed plugins are imported, and a component has to be known.

    Args:
        path: a checkpoint of this package, or a file as for :func:`file_metadata`.
        imports: modules to import, of components that no plugin registers.

    Raises:
        FileNotFoundError: there is no such file.
        ImportError: a module of ``imports`` cannot be imported.
        ValueError: the file is damaged, holds no config, or one that is more than literals, or a
            component is not known; the message names the modules that were not imported.
    """
    return _checked(path, _settings(path), imports)


def recorded_network(path: str | Path, imports: Sequence[str] = ()) -> Config:
    """Return the part ``model`` of what :func:`recorded_config` returns, and the training data.

    What only a training needs, such as the hooks or data sets of another package, may be unknown
    here.
    """
    settings = _settings(path)
    kept = {key: settings[key] for key in ('model', IMPORTS) if key in settings}
    network = _checked(path, Config(kept), imports)
    loader = settings.get('train_dataloader')
    if isinstance(loader, Mapping) and 'dataset' in loader:  # it tells the size of the patches
        network.train_dataloader = {'dataset': loader['dataset']}
    return network


def _settings(path: str | Path) -> Config:
    path = Path(path)
    if path.suffix in READERS:
        text = file_metadata(path).get('config')
    else:
        content = read_plain(path)
        meta = content.get('meta') if isinstance(content, dict) else None
        text = meta.get('cfg') if isinstance(meta, dict) else None
    if not isinstance(text, str):
        raise ValueError(
            f'{path} holds no config: give the one with which it was trained, by --config, in '
            'Python config=...; `mmrestore configs WORD` lists those of a network'
        )
    try:
        return read_config_text(text)
    except ValueError as error:
        raise ValueError(f'{path}: {error}') from error


def _checked(path: str | Path, settings: Config, imports: Sequence[str]) -> Config:
    """Import what may be imported, and refuse components that are then unknown."""
    import_named(imports)
    listed = settings.pop(IMPORTS, None) or {}
    modules = listed.get('imports', ()) if isinstance(listed, dict) else ()
    modules = [modules] if isinstance(modules, str) else [m for m in modules if isinstance(m, str)]
    import_named([module for module in modules if of_plugin(module)])
    left_out = [module for module in modules if module not in sys.modules]
    for place, name in _components(settings.to_dict()):
        if not _is_known(name):
            named = f'. It was trained with the modules {", ".join(left_out)}' if left_out else ''
            how = ' '.join(f'--import {module}' for module in left_out or ['MODULE'])
            raise ValueError(
                f'{path}: its config has {place}={name!r}, which is no component known here{named}:'
                f' install the plugin that has it, or name its module, {how}, in Python '
                'imports=[...]'
            )
    return settings


def import_named(modules: Sequence[str]) -> None:
    """Import modules that a person names.

    Raises:
        ImportError: one cannot be imported.
    """
    for module in [modules] if isinstance(modules, str) else modules:
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise ImportError(
                f'the module {module} cannot be imported: {error}. Modules are found in the '
                'folders of PYTHONPATH'
            ) from error


def _components(value: Any, at: str = '') -> Iterator[tuple[str, Any]]:
    """Yield the places and names of all components in settings, and of scopes to find them in."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            place = f'{at}.{key}' if at else str(key)
            if key in ('type', '_scope_'):
                yield place, item
            else:
                yield from _components(item, place)
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from _components(item, f'{at}.{i}')


def _is_known(name: Any) -> bool:
    """Whether a component is registered, by its name or by that of its class.

    Registries would import what stands before a point, or a module of that name.
    """
    if not isinstance(name, str):
        return False
    component = find_component(name) or find_component(name.split('.')[-1])
    if find_component(name) is not None or component is None:
        return component is not None
    # A component may be any callable, also one without a name.
    return f'{component.__module__}.{getattr(component, "__qualname__", "")}' == name


def checkpoint_meta(path: str | Path) -> dict[str, Any]:
    """Return what a checkpoint of this package says of its training.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged, or no checkpoint of this package.
    """
    return dict(load_checkpoint(Path(path)).get('meta') or {})


def _safetensors(path: Path) -> dict[str, str]:
    from safetensors import safe_open

    with safe_open(path, 'pt') as file:
        return dict(file.metadata() or {})


def _onnx(path: Path) -> dict[str, str]:
    try:
        import onnx
    except ImportError as error:
        raise ImportError('ONNX files are read with the package onnx: pip install onnx') from error
    return {p.key: p.value for p in onnx.load(path, load_external_data=False).metadata_props}


def _program(path: Path) -> dict[str, str]:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(f'/extra/{METADATA}')]
        return json.loads(archive.read(names[0])) if names else {}


READERS = {'.safetensors': _safetensors, '.onnx': _onnx, '.pt2': _program}
