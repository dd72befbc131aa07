"""Cache of released weights, downloaded on request and verified on every use.

Those that are part of the package are verified alike, and never downloaded.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from mmengine.config import Config

from mmrestore.apis.download import download
from mmrestore.apis.networks import open_network_config
from mmrestore.apis.released_model import ReleasedModel
from mmrestore.apis.released_models import find_model
from mmrestore.files import cache_folder, expand, write_atomically
from mmrestore.models.weights import read_weights

OFFLINE = 'MMRESTORE_OFFLINE'
FULL_HASH = 64  # digits


def resolve_model(name: str) -> tuple[Config, Path]:
    """Return the config and the checkpoint of released weights; they are downloaded if need be.

    Args:
        name: one that ``list_models`` has.

    Raises:
        DownloadError: the weights cannot be downloaded.
        FileNotFoundError: they are not in the cache, and ``MMRESTORE_OFFLINE`` is set.
        ValueError: there is no such name.
    """
    model = find_model(name)
    config = open_network_config(model.config, model.overrides)
    return config, fetch_model(model)


def fetch_model(model: ReleasedModel, folder: str | Path | None = None) -> Path:
    """Return the file of released weights, downloaded into the cache if need be.

    A file in the cache that is not as the registry says is replaced. A file of the package stays
    where it is.

    Args:
        model: what is wanted.
        folder: if given, the file is copied there too, under the name of the published file.

    Raises:
        DownloadError: the file cannot be downloaded.
        FileNotFoundError: it is not in the cache, and ``MMRESTORE_OFFLINE`` is set; or a file of
            the package is missing or damaged.
        OSError: it cannot be written.
    """
    found = _downloaded(model) if model.packaged_path is None else _packaged(model)
    if folder is None:
        return found
    copy = expand(folder) / model.file_name
    with open(found, 'rb') as source:
        write_atomically(copy, lambda file: shutil.copyfileobj(source, file))
    return copy


def _packaged(model: ReleasedModel) -> Path:
    path = model.packaged_path
    assert path is not None
    problem = model.remote_file.problem(path) if path.is_file() else 'it is not there'
    if problem:
        raise FileNotFoundError(
            f'{path} of mmrestore cannot be used: {problem}. Install mmrestore again'
        )
    return path


def _downloaded(model: ReleasedModel) -> Path:
    cached = cached_file(model)
    problem = model.remote_file.problem(cached) if cached.is_file() else 'it is not there'
    if problem and is_offline():
        raise FileNotFoundError(
            f'{model.name} cannot be used offline: {cached}: {problem}. Unset {OFFLINE} to '
            f'download it, or save the file of {model.urls[0]} there'
        )
    if problem:
        about = f'{size_and_license(model)}; verified by {verification(model)}'
        print(f'downloading {model.name}: {about}', file=sys.stderr, flush=True)
        download(model.remote_file, cached, lambda path: _check_readable(model, path))
    return cached


def cached_file(model: ReleasedModel) -> Path:
    """Return where released weights lie in the cache, or would lie.

    Another file of the same name, such as one in the registry of another project, lies elsewhere.

    Examples:
        >>> cached_file(find_model('dncnn_25_gray')).name
        'dncnn_25_gray-0451a70d.pth'
    """
    return cache_folder() / f'{model.name}-{model.remote_file.identity()}{model.suffix}'


def is_offline() -> bool:
    """Whether ``MMRESTORE_OFFLINE`` forbids downloads."""
    return os.environ.get(OFFLINE, '').lower() not in ('', '0', 'false', 'no', 'off')


def size_and_license(model: ReleasedModel) -> str:
    """Return the size of the file of released weights, and their license.

    Examples:
        >>> size_and_license(find_model('dncnn_25_gray'))
        '2.2 MB, license: MIT'
    """
    size = 'size not known' if model.size is None else f'{model.size / 1e6:.1f} MB'
    return f'{size}, license: {model.license}'


def verification(model: ReleasedModel) -> str:
    """Return what the file of released weights is verified by.

    Examples:
        >>> verification(find_model('dncnn_25_gray')), verification(find_model('edsr_x4'))
        ('its sha256', 'the first 8 digits of its sha256')
    """
    if model.sha256 is None:
        return 'its size' if model.size else 'nothing but that it holds weights'
    digits = len(model.sha256)
    return 'its sha256' if digits == FULL_HASH else f'the first {digits} digits of its sha256'


def _check_readable(model: ReleasedModel, path: Path) -> None:
    """Check a file of which no full hash is known: it may be a web page."""
    if model.sha256 is None or len(model.sha256) < FULL_HASH:
        try:
            read_weights(path)
        except ValueError as error:
            raise ValueError(
                'it cannot be read as weights: it is damaged, or a web page, or holds more than '
                'tensors and plain data'
            ) from error
