"""Record of validations in the work directory.

- ``last``: the iteration of the last complete one;
- ``metrics``: its figures;
- ``best``: of each metric of ``save_best`` the ``score``, ``file``, ``iter`` and all ``metrics`` of
  the best one;
- ``input``: the figures that the inputs themselves have, in place of the predictions;
- ``input_name``: what these inputs are.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mmrestore.files import read_json, write_text

VALIDATIONS = 'validations.json'


def read_validations(work_dir: str | Path) -> dict[str, Any]:
    """Return the recorded validations, an empty dict if there are none."""
    return read_json(Path(work_dir) / VALIDATIONS)


def update_validations(work_dir: str | Path, **entries: Any) -> None:
    """Replace some entries and keep the others."""
    kept = {**read_validations(work_dir), **entries}
    write_text(Path(work_dir) / VALIDATIONS, json.dumps(kept, indent=1))
