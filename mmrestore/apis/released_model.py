"""Entry of the registry of released weights, and the weights in the package."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from mmrestore.apis.download import RemoteFile

KINDS = {
    'urls': ('a list of texts', tuple),
    'overrides': ('settings by key', Mapping),
    'size': ('a whole number', int),
    'packaged': ('true or false', bool),
    'tried': ('true or false', bool),
}
PACKAGED = Path(__file__).parents[1] / 'weights'  # the files that are part of the package
SUFFIXES = ('.pth', '.pt', '.ckpt', '.safetensors')


@dataclass(frozen=True, kw_only=True)
class ReleasedModel:
    """Released weights, and the network that they belong to.

    Args:
        name: what users call it: letters, digits, ``_`` and ``-``.
        urls: addresses of one and the same file, tried in their order; none of a packaged file.
        config: config of the network, a name, or a file, which may be relative to the registry.
        overrides: settings that override the config, by dotted key.
        purpose: what the weights are good for.
        license: that of the weights, or of their repository where they have none of their own.
        source: page of the authors.
        size: bytes, None if not known.
        sha256: hash of the file or its first 8 digits or more, None if not known.
        file: name of the published file; that in the first address by default.
        packaged: whether the file is part of this package, in ``mmrestore/weights``, so that
            nothing is downloaded; then it has a ``file`` and a ``sha256``.
        key: under which the tensors lie in the file; None if they are bare or it is not known.
        published: figure of the authors, never one measured with this package.
        tried: whether this package was seen to load the file and to restore images with it.

    Raises:
        TypeError: a value is of another type.
        ValueError: a value cannot be right.
    """

    name: str
    config: str
    urls: tuple[str, ...] = ()
    overrides: Mapping[str, Any] = field(default_factory=dict)
    purpose: str = ''
    license: str = 'none stated'
    source: str = ''
    size: int | None = None
    sha256: str | None = None
    file: str = ''
    packaged: bool = False
    key: str | None = None
    published: str = ''
    tried: bool = False

    def __post_init__(self) -> None:
        for each in fields(self):
            _check_type(each.name, getattr(self, each.name), required=each.default is MISSING)
        if not re.fullmatch(r'[A-Za-z0-9_-]+', self.name):
            raise ValueError('expected a name of letters, digits, _ and -')
        if self.packaged and not (self.file and self.sha256):
            raise ValueError('packaged: expected the file and its sha256 too')
        if not self.urls and not self.packaged:
            raise ValueError('urls: expected an address at least')
        if self.size is not None and self.size <= 0:
            raise ValueError(f'size: expected a number of bytes, got {self.size}')
        if self.sha256 is not None and not re.fullmatch(r'[0-9a-f]{8,64}', self.sha256):
            expected = '64 hexadecimal digits, or the first 8 or more'
            raise ValueError(f'sha256: expected {expected}, got {self.sha256}')
        if self.suffix not in SUFFIXES or re.search(r'[/\\]', self.file_name):
            expected = f'a name that ends in {", ".join(SUFFIXES)}'
            raise ValueError(f'file: expected {expected}, got {self.file_name}')
        assert self.remote_file

    @property
    def file_name(self) -> str:
        """Name of the published file."""
        return self.file or self.urls[0].rpartition('/')[2]

    @property
    def packaged_path(self) -> Path | None:
        """The file in this package; None of one that is downloaded."""
        return PACKAGED / self.file if self.packaged else None

    @property
    def searched_text(self) -> str:
        """Lowercase text that search words are matched against."""
        return f'{self.name} {self.purpose} {self.license} {self.source}'.lower()

    @property
    def suffix(self) -> str:
        """Suffix of the published file, with its dot."""
        return Path(self.file_name).suffix

    @property
    def remote_file(self) -> RemoteFile:
        """The file to download."""
        return RemoteFile(self.urls, size=self.size, sha256=self.sha256)


def _check_type(name: str, value: Any, *, required: bool) -> None:
    words, kind = KINDS.get(name, ('a text', str))
    right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if name == 'urls':
        right = right and all(isinstance(url, str) for url in value)
    if not right and (value is not None or name not in ('size', 'sha256', 'key')):
        raise TypeError(f'{name}: expected {words}, got {value!r}')
