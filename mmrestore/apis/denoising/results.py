"""Per-picture results, stored beside the output so that a run can resume."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mmrestore.apis.restore_plan import Job
from mmrestore.files import read_json, write_text

FOLDER = 'denoise_state'
FORM = 1  # of the files; others are not read


@dataclass(frozen=True)
class Page:
    """Result of a picture, or of a page of a stack.

    Args:
        strength: share of the change of the network that was applied, the mean over the picture; 0
            left it as it was.
        reason: what bounded the strength, a key of ``verdict.REASONS``.
        pass_estimate: best strength by another pass of the network.
        flat_estimate: mean strength by the flat parts.
        change: root mean square of the applied change, in 8-bit gray levels.
    """

    strength: float
    reason: str
    pass_estimate: float
    flat_estimate: float
    change: float


@dataclass(frozen=True)
class View:
    """A part of a picture before and after, as URIs of images; ``residual`` is the change."""

    kind: str
    size: tuple[int, int]
    before: str
    after: str = ''
    residual: str = ''
    factor: float = 1.0


@dataclass(frozen=True)
class Result:
    """Result of a file.

    Args:
        name: of the file, relative to the folder.
        targets: files that were written, relative to the output.
        pages: its pictures.
        lost: what the new format does not keep.
        views: parts of the first page for the report.
        described: size, format and depth, in words.
    """

    name: str
    targets: list[str]
    pages: list[Page]
    lost: list[str] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    described: str = ''

    @property
    def strength(self) -> float:
        """The largest strength of the pages."""
        return max(page.strength for page in self.pages)


class Results:
    """The results of files in the folder ``denoise_state`` of an output folder.

    Args:
        output: the output folder.
        settings: options that a result depends on; a result of others is not taken for finished.
    """

    def __init__(self, output: Path, settings: dict[str, Any]) -> None:
        self.output = output
        self.settings = json.loads(json.dumps(settings))
        self.folder = output / FOLDER

    def read(self, job: Job) -> Result | None:
        """Return the result of an unchanged file that is finished with these settings."""
        content = read_json(self._path(job))
        if content.get('form') != FORM or content.get('settings') != self.settings:
            return None
        if content.get('source') != _identity(job.source) or not all(
            target.is_file() for target in job.targets
        ):
            return None
        result = content['result']
        pages = [Page(**page) for page in result.pop('pages')]
        views = [View(**{**view, 'size': tuple(view['size'])}) for view in result.pop('views')]
        return Result(**result, pages=pages, views=views)

    def write(self, job: Job, result: Result) -> None:
        """Keep the result of a file.

        Raises:
            OSError: it cannot be written.
        """
        content = {
            'form': FORM,
            'settings': self.settings,
            'source': _identity(job.source),
            'result': asdict(result),
        }
        write_text(self._path(job), json.dumps(content))

    def _path(self, job: Job) -> Path:
        name = os.fsencode(job.targets[0].relative_to(self.output))
        return self.folder / 'pictures' / f'{hashlib.sha256(name).hexdigest()[:32]}.json'


def _identity(file: Path) -> dict[str, Any]:
    status = file.stat()
    # JSON of a name that is not UTF-8 holds its bytes as surrogates.
    return {'path': str(file.resolve()), 'size': status.st_size, 'modified': status.st_mtime_ns}
