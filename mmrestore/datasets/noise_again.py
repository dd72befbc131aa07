"""Noise that would be added to images that are noisy already."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mmrestore.datasets.transforms.base import stated_by


def check_no_noise_again(dataset: Any, transforms: Iterable[Any]) -> None:
    """Refuse transforms that add noise to a data set whose inputs have noise of their own.

    Args:
        dataset: which states ``noisy_inputs``; nothing is assumed where it does not.
        transforms: what its samples go through.

    Raises:
        ValueError: one of them adds noise.

    Examples:
        >>> from types import SimpleNamespace
        >>> from mmrestore.datasets.transforms import AddGaussianNoise
        >>> pairs = SimpleNamespace(name='pairs', noisy_inputs=True)
        >>> check_no_noise_again(pairs, [AddGaussianNoise(25)])  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ValueError: data set 'pairs' has noisy inputs of its own, to which AddGaussianNoise ...
    """
    if not has_noisy_inputs(dataset):
        return
    noise = next((each for each in transforms if stated_by(each).adds_noise), None)
    if noise is not None:
        raise ValueError(noise_again(dataset, type(noise).__name__, 'the pipeline'))


def has_noisy_inputs(dataset: Any) -> bool:
    """Whether a data set states that its inputs have noise of their own."""
    return getattr(dataset, 'noisy_inputs', False)  # a data set of a plugin may not state it


def name_of(dataset: Any) -> str:
    """Return the name of a data set, that of its class if it has none."""
    return getattr(dataset, 'name', type(dataset).__name__)  # not all data sets have one


def noise_again(dataset: Any, noise: str, place: str) -> str:
    """Return the message about a noise that would be added to noisy inputs.

    Args:
        dataset: the data set with noisy inputs.
        noise: the class of the transform.
        place: where the transform is to be taken out.
    """
    return (
        f'data set {name_of(dataset)!r} has noisy inputs of its own, to which {noise} would '
        f'add noise again: leave {noise} out of {place}, train on the clean images alone (`root` '
        'without `gt_root`), or state noisy_inputs=False of the data set if its inputs have none'
    )
