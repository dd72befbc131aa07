"""What the toolbox reads of a transform besides its call."""

from __future__ import annotations

from typing import Any

from mmcv.transforms import BaseTransform


class Transform(BaseTransform):
    """What is done to one sample in a data worker; subclasses define ``transform``.

    Any other callable ``results -> results`` is a transform too and may state the same attributes.

    Attributes:
        cacheable: whether the outcome is the same in every epoch, so that a data set that keeps
            what it loads may keep it.
        crops: of a class: whether its argument ``size`` is the size of what it cuts out.
        minimum_size: height and width that an image must have at least.
        adds_noise: whether it adds noise to the input, which must not have noise of its own.
    """

    cacheable: bool = False
    crops: bool = False
    minimum_size: tuple[int, int] = (1, 1)
    adds_noise: bool = False

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Return the results with what is changed; ``results`` itself stays as it is."""
        raise NotImplementedError


def stated_by(transform: Any) -> Transform:
    """Return a transform, or what stands for any other callable.

    Examples:
        >>> stated_by(dict).minimum_size, stated_by(dict).cacheable
        ((1, 1), False)
    """
    if isinstance(transform, Transform):
        return transform
    stated = Transform()
    for name in ('cacheable', 'crops', 'minimum_size', 'adds_noise'):
        if hasattr(transform, name):  # a plugin may state it without the base class
            setattr(stated, name, getattr(transform, name))
    return stated
