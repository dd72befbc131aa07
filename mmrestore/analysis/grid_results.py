"""Results on a grid of test sets, noises and levels, and their file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from mmrestore.files import write_text

NOISY = 'noisy input'  # what stands for a model in the results of the input itself
BEFORE_METRICS = ('model', 'test_set', 'noise', 'parameter', 'level', 'images')
FINGERPRINTS = ('checkpoint', 'protocol', 'data')


class Row(NamedTuple):
    """Result of one model on one test set under one noise at one level.

    ``parameter`` (what the level is called) and ``level`` are None for a noise without levels,
    ``values`` are means over ``images`` images by metric. Three fingerprints tell apart what must
    not be compared: of the checkpoint with its config, of the protocol, of images and noise.
    """

    model: str
    test_set: str
    noise: str
    parameter: str | None
    level: float | None
    images: int
    values: dict[str, float]
    checkpoint: str
    protocol: str
    data: str

    @property
    def place(self) -> tuple[str, str, str, float | None]:
        """Key of the row: model, test set, noise and level."""
        return self.model, self.test_set, self.noise, self.level


def read_rows(file: str | Path) -> list[Row]:
    """Read what :func:`write_rows` wrote.

    Raises:
        ValueError: the file is something else, or damaged.
    """
    with open(file, newline='', encoding='utf-8') as lines:
        head, *table = list(csv.reader(lines)) or [[]]
    names = head[len(BEFORE_METRICS) : -len(FINGERPRINTS)]
    if head != [*BEFORE_METRICS, *names, *FINGERPRINTS] or not names:
        raise ValueError(f'{file} is no file of results on a grid of noises: delete or move it')
    rows = []
    for number, line in enumerate(table, start=2):
        try:
            model, test_set, noise, parameter, level, images, *rest = line
            numbers, marks = rest[: -len(FINGERPRINTS)], rest[-len(FINGERPRINTS) :]
            values = dict(zip(names, map(float, numbers), strict=True))
            place = (model, test_set, noise, parameter or None, float(level) if level else None)
            rows.append(Row(*place, int(images), values, *marks))
        except ValueError as error:
            raise ValueError(f'line {number} of {file} is damaged: {error}') from error
    return rows


def write_rows(file: str | Path, rows: Iterable[Row]) -> None:
    """Write rows of the same metrics as CSV, atomically; numbers keep all their digits."""
    rows = list(rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow([*BEFORE_METRICS, *rows[0].values, *FINGERPRINTS])
    for row in rows:
        level = '' if row.level is None else repr(row.level).removesuffix('.0')
        *place, _, images, values, checkpoint, protocol, data = row
        numbers = map(repr, values.values())
        writer.writerow([*place, level, images, *numbers, checkpoint, protocol, data])
    write_text(Path(file), text.getvalue())
