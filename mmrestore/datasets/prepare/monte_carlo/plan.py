"""Which images a rendered test set consists of, and from which seeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from mmrestore.datasets.prepare.monte_carlo.layout import REFERENCE, folder_name

CHUNK = 64  # samples per pixel that are rendered at once


@dataclass(frozen=True)
class RenderSettings:
    """What a test set consists of.

    Args:
        num_scenes: how many scenes.
        size: height and width of the images.
        samples: samples per pixel of the noisy images, in rising order.
        reference_samples: samples per pixel of the references.

    Raises:
        ValueError: a number is not positive, samples do not rise up to those of the references, or
            there are so many chunks of so large images that seeds would repeat.

    Examples:
        >>> RenderSettings(samples=(64, 64))
        Traceback (most recent call last):
        ValueError: expected samples per pixel in rising order, below the reference, got (64, 64) \
and 4096
    """

    num_scenes: int = 8
    size: int = 256
    samples: tuple[int, ...] = (64, 128)
    reference_samples: int = 4096

    def __post_init__(self) -> None:
        numbers = (*self.samples, self.reference_samples)
        if not self.samples or any(few >= more for few, more in pairwise(numbers)):
            raise ValueError(
                'expected samples per pixel in rising order, below the reference, got '
                f'{self.samples} and {self.reference_samples}'
            )
        if min(self.num_scenes, self.size, *self.samples) < 1:
            raise ValueError(f'expected positive numbers of scenes, pixels and samples, got {self}')
        num_seeds = sum(len(chunks(job.samples)) for job in jobs(self))
        # Mitsuba numbers the random streams of pixels with 32 bits, from seed * size**2 on.
        if num_seeds * self.size**2 >= 2**32:
            raise ValueError(
                f'{num_seeds} seeds for images of {self.size} x {self.size} are more than Mitsuba '
                'keeps apart: render smaller or fewer images'
            )


class Job(NamedTuple):
    """One image: of which scene, in which folder, samples per pixel, seed of the first chunk."""

    scene: int
    folder: str
    samples: int
    seed: int

    @property
    def file(self) -> str:
        """Its place in the test set."""
        return f'{self.folder}/scene_{self.scene:02d}.png'


def jobs(settings: RenderSettings) -> Iterator[Job]:
    """Give all images, scene by scene; no two chunks of any images have one seed.

    Examples:
        >>> list(jobs(RenderSettings(num_scenes=1, samples=(128,))))[1]
        Job(scene=1, folder='reference', samples=4096, seed=2)
    """
    seed = 0
    for scene in range(1, settings.num_scenes + 1):
        for samples in (*settings.samples, settings.reference_samples):
            is_reference = samples == settings.reference_samples
            yield Job(scene, REFERENCE if is_reference else folder_name(samples), samples, seed)
            seed += len(chunks(samples))


def chunks(samples: int) -> list[int]:
    """Divide samples per pixel into chunks of at most 64.

    Examples:
        >>> chunks(150)
        [64, 64, 22]
    """
    whole, rest = divmod(samples, CHUNK)
    return [CHUNK] * whole + ([rest] if rest else [])
