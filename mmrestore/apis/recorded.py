"""What a model file says of itself: its metadata, and the config that it was made with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmrestore.config import read_config_text
from mmrestore.engine.checkpoint import load_checkpoint

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


def recorded_config(path: str | Path) -> Config:
    """Return the config that a checkpoint or an exported model holds, read as literals.

    Modules that it would import, ``custom_imports``, are left out: a file decides nothing about
    what is imported. Install the plugin, or import the module before.

    Args:
        path: a checkpoint of this package, or a file as for :func:`file_metadata`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, holds no config, or one that is more than literals.
    """
    path = Path(path)
    if path.suffix in READERS:
        text = file_metadata(path).get('config')
    else:
        text = checkpoint_meta(path).get('cfg')
    if not isinstance(text, str):
        raise ValueError(f'{path} holds no config: give the one with which it was trained')
    config = read_config_text(text)
    config.pop('custom_imports', None)
    return config


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
