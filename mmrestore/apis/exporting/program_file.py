"""``torch.export`` programs, which PyTorch runs without this package."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from mmrestore.apis.exporting.job import Job, Written
from mmrestore.apis.exporting.traced import write_traced
from mmrestore.apis.recorded import METADATA


def write(job: Job) -> Written:
    """Return a ``.pt2`` file, for ``torch.export.load(file).module()``."""
    return write_traced(job, _make, what='the exported program')


def _make(program: Any, metadata: dict[str, str]) -> tuple[bytes, Callable[[Tensor], Tensor]]:
    file = io.BytesIO()
    torch.export.save(program, file, extra_files={METADATA: json.dumps(metadata)})
    return file.getvalue(), torch.export.load(io.BytesIO(file.getvalue())).module()
