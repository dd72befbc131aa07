"""Check against adding noise to already noisy images."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mmrestore.datasets.transforms.base import stated_by


def check_no_noise_again(dataset: Any, transforms: Iterable[Any]) -> None:
    """Refuse transforms that add noise to already noisy inputs of a data set.

    Args:
        dataset: data set with the attribute ``noisy_inputs``; without it, nothing is checked.
        transforms: transforms of the samples.

    Raises:
        ValueError: a transform adds noise to noisy inputs.

    Examples:
        >>> from types import SimpleNamespace
        >>> from mmrestore.datasets.transforms import AddGaussianNoise
        >>> pairs = SimpleNamespace(name='pairs', noisy_inputs=True)
        >>> check_no_noise_again(pairs, [AddGaussianNoise(25)])  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ValueError: data set 'pairs' already has noisy inputs, to which AddGaussianNoise would ...
    """
    if not has_noisy_inputs(dataset):
        return
    noise = next((each for each in transforms if stated_by(each).adds_noise), None)
    if noise is not None:
        raise ValueError(noise_again(dataset, type(noise).__name__, 'the pipeline'))


def has_noisy_inputs(dataset: Any) -> bool:
    """Return True if a data set declares its inputs as noisy."""
    return getattr(dataset, 'noisy_inputs', False)  # data sets of plugins may lack the attribute


def name_of(dataset: Any) -> str:
    """Return the name of a data set, or its class name."""
    return getattr(dataset, 'name', type(dataset).__name__)  # not all data sets have a name


def noise_again(dataset: Any, noise: str, place: str) -> str:
    """Return the message about noise that would be added to noisy inputs.

    Args:
        dataset: data set with noisy inputs.
        noise: class name of the transform.
        place: setting that contains the transform.
    """
    return (
        f'data set {name_of(dataset)!r} already has noisy inputs, to which {noise} would add '
        f'noise: remove {noise} from {place}, train only on the clean images (`root` without '
        '`gt_root`), or set noisy_inputs=False in the data set if its inputs are not noisy'
    )
