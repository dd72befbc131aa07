"""Options of folder denoising, validated before anything is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmrestore.apis.denoising.prepare import default_output
from mmrestore.apis.restore_plan import ENDINGS
from mmrestore.datasets.image_writer import QUALITY
from mmrestore.files import expand

METHODS = ('auto', 'shipped', 'adapted', 'bilateral')
MINUTES = {'cpu': 5.0, 'cuda': 1.0}  # of self-training by default


@dataclass(frozen=True)
class Options:
    """Options of folder denoising; see :func:`mmrestore.apis.denoise`.

    Raises:
        ValueError: an option is out of its range, or two contradict each other.
    """

    folder: Path
    output: Path
    device: str
    minutes: float
    method: str = 'auto'
    strength: float | None = None
    careful: bool = False
    format: str = 'png'
    quality: int = QUALITY
    resume: bool = False
    checkpoint: Path | None = None
    steps: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f'method must be one of {", ".join(METHODS)}, got {self.method!r}')
        if self.format not in ENDINGS:
            raise ValueError(f'format must be one of {", ".join(ENDINGS)}, got {self.format!r}')
        if not 0 <= self.minutes < float('inf'):
            raise ValueError(f'minutes must be 0 or more, got {self.minutes}')
        if not 1 <= self.quality <= 100:
            raise ValueError(f'quality must be from 1 to 100, got {self.quality}')
        if self.strength is not None and self.careful:
            raise ValueError('careful halves the strengths that are chosen: give no strength')
        if self.method == 'adapted' and not self.trains:
            raise ValueError('the method adapted trains: give more than 0 minutes')

    @property
    def trains(self) -> bool:
        """Whether the shipped denoiser is adapted to the folder."""
        has_budget = self.minutes > 0 if self.steps is None else self.steps > 0
        return self.method in ('auto', 'adapted') and has_budget

    @property
    def of_results(self) -> dict[str, Any]:
        """The options that a result depends on."""
        return {
            'method': self.method,
            'strength': self.strength,
            'careful': self.careful,
            'format': self.format,
            'quality': self.quality,
            'checkpoint': None if self.checkpoint is None else str(self.checkpoint.resolve()),
        }


def read_strength(strength: str | float) -> float | None:
    """Return the strength of all pictures, None for ``'auto'``.

    Raises:
        ValueError: it is neither ``'auto'`` nor a number from 0 to 1.

    Examples:
        >>> read_strength('auto'), read_strength('0.5')
        (None, 0.5)
    """
    if strength == 'auto':
        return None
    try:
        number = float(strength)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise ValueError(f"strength must be 'auto' or a number from 0 to 1, got {strength!r}")
    return number


def read_output(folder: str | Path, output: str | Path | None) -> Path:
    """Return the output folder: the given one, else one beside the originals."""
    return default_output(folder) if output is None else expand(output)
