"""Grid of test sets, noises and noise levels as one data set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from torch.utils.data import Dataset

from mmrestore.datasets.concat_dataset import ConcatDataset
from mmrestore.datasets.image_folder import build_pipeline
from mmrestore.datasets.noise_again import check_no_noise_again
from mmrestore.datasets.sample_key import SampleKey
from mmrestore.registry import DATASETS, TRANSFORMS

NOISE_STEP = 'noise'


class NoiseAtLevel(NamedTuple):
    """Noise at one level: name, level parameter, level and config.

    Parameter and level are None for a noise without levels.
    """

    noise: str
    parameter: str | None
    level: float | None
    config: dict[str, Any]


@DATASETS.register_module()
class NoiseGrid(ConcatDataset):
    """All images of all test sets under all noises at all levels.

    The test set ``kodak24`` under the noise ``speckle`` at level 0.03 becomes a data set
    ``kodak24/speckle_0.03``, with metrics such as ``kodak24/speckle_0.03/PSNR``; a noise without
    levels becomes ``kodak24/camera``. Samples are ordered by test set, noise and level, in the
    order of the config.

    Args:
        datasets: configs of the clean test sets by name. Each is built once; with ``cache=True``
            its images are decoded once for all noises. None skips a test set.
        noises: configs of noises by name, without the level parameter. ``levels`` names this
            parameter and its values: ``dict(type='SpeckleNoise', levels=dict(variance=[0.02]))``.
            Without ``levels`` the config is used unchanged; None skips a noise.
        pipeline: configs of transforms by name. The step ``noise`` gets each noise at each level as
            its argument ``noise``.
        name: name of the grid for MMEngine.

    Raises:
        ValueError: no test set or noise is left, levels are not a list of distinct numbers, a noise
            refuses a level, or the pipeline has no step ``noise``.
        KeyError: a noise is unknown.

    Examples:
        >>> grid = NoiseGrid(
        ...     dict(photographs=dict(type='EmbeddedPhotographs', split='test')),
        ...     noises=dict(speckle=dict(type='SpeckleNoise', levels=dict(variance=[0.02, 0.03]))),
        ...     pipeline=dict(
        ...         image=dict(type='LoadImage'),
        ...         noise=dict(type='AddNoise'),
        ...         tensor=dict(type='PackInputs'),
        ...     ),
        ... )
        >>> len(grid), list(grid.datasets)
        (4, ['photographs/speckle_0.02', 'photographs/speckle_0.03'])
    """

    def __init__(
        self,
        datasets: Mapping[str, Any],
        *,
        noises: Mapping[str, Any],
        pipeline: Mapping[str, Any],
        name: str = 'noise grid',
    ) -> None:
        self.name = name
        self.pipeline = pipeline
        self.noise_levels = expand_levels(noises)
        before, step, after = _split(pipeline)
        transforms = {
            name: TRANSFORMS.build({**step, 'noise': noise.config})
            for name, noise in self.noise_levels.items()
        }
        self.clean = ConcatDataset(datasets, pipeline=before).datasets
        steps = build_pipeline(after)
        super().__init__(
            {
                f'{test_set}/{noise}': _NoisyImages(
                    images, name=f'{test_set}/{noise}', steps=[transform, *steps]
                )
                for test_set, images in self.clean.items()
                for noise, transform in transforms.items()
            }
        )

    @property
    def metainfo(self) -> dict[str, Any]:
        """Metadata of the data set for MMEngine's metrics."""
        return {'name': self.name, 'names': list(self.datasets)}

    @property
    def starts(self) -> dict[str, int]:
        """Index of the first sample of each data set."""
        return dict(zip(self.datasets, [0, *self._ends], strict=False))


class _NoisyImages(Dataset):
    """Images of a data set under another name, after additional transforms."""

    def __init__(self, images: Dataset, *, name: str, steps: list[Callable[[dict], Any]]) -> None:
        check_no_noise_again(images, steps)
        self.images, self.name, self.steps = images, name, steps

    def __len__(self) -> int:
        return len(self.images)  # type: ignore[arg-type]

    def __getitem__(self, key: SampleKey | int) -> Any:
        results = {**self.images[key], 'dataset': self.name}
        for step in self.steps:
            results = step(results)
        return results


def expand_levels(noises: Mapping[str, Any]) -> dict[str, NoiseAtLevel]:
    """Return each noise at each of its levels by name.

    Args:
        noises: see :class:`NoiseGrid`.

    Raises:
        ValueError: no noise is left, or levels are not distinct numbers of one parameter.

    Examples:
        >>> levels = expand_levels(
        ...     dict(
        ...         poisson=dict(type='PoissonNoise', levels=dict(amplification=[2, 2.5])),
        ...         camera=dict(type='CameraNoise'),
        ...     )
        ... )
        >>> list(levels), levels['poisson_2.5'].config
        (['poisson_2', 'poisson_2.5', 'camera'], {'type': 'PoissonNoise', 'amplification': 2.5})
    """
    expanded: dict[str, NoiseAtLevel] = {}
    for noise, given in noises.items():
        if given is None:
            continue
        config = dict(given)
        levels = config.pop('levels', None)
        if levels is None:
            expanded[noise] = NoiseAtLevel(noise, None, None, config)
            continue
        parameter, values = _check_levels(noise, levels)
        if parameter in config:
            raise ValueError(
                f'the noise {noise!r} has {parameter}={config[parameter]} and levels of '
                f'{parameter}: give only one of them'
            )
        for value in values:
            name = f'{noise}_{value:g}'
            expanded[name] = NoiseAtLevel(noise, parameter, value, {**config, parameter: value})
    if not expanded:
        raise ValueError('NoiseGrid needs at least one noise, got none')
    return expanded


def _check_levels(noise: str, levels: Any) -> tuple[str, list[float]]:
    """Return the parameter and its values."""
    if not isinstance(levels, Mapping) or len(levels) != 1:
        raise ValueError(
            f'expected levels=dict(PARAMETER=[LEVEL, ...]) for the noise {noise!r}, got {levels!r}'
        )
    ((parameter, values),) = levels.items()
    is_list = isinstance(values, (list, tuple)) and values
    if not is_list or not all(type(value) in (int, float) for value in values):
        raise ValueError(
            f'expected a list of numbers as levels for the noise {noise!r}, got {values!r}'
        )
    if len({f'{value:g}' for value in values}) < len(values):
        raise ValueError(f'the levels of the noise {noise!r} must differ, got {values}')
    return parameter, list(values)


def _split(pipeline: Mapping[str, Any]) -> tuple[dict, dict, dict]:
    """Return the steps before the noise, the noise and the steps after it."""
    if not isinstance(pipeline, Mapping) or not isinstance(pipeline.get(NOISE_STEP), Mapping):
        raise ValueError(
            f'NoiseGrid needs a pipeline of named steps including {NOISE_STEP!r}, such as '
            "pipeline=dict(image=dict(type='LoadImage'), noise=dict(type='AddNoise'), "
            f"tensor=dict(type='PackInputs')), got {pipeline!r}"
        )
    names = list(pipeline)
    place = names.index(NOISE_STEP)
    before, after = ({n: pipeline[n] for n in part} for part in (names[:place], names[place + 1 :]))
    return before, dict(pipeline[NOISE_STEP]), after
