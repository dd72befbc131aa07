"""Base class of transforms."""

from __future__ import annotations

from typing import Any

from mmcv.transforms import BaseTransform


class Transform(BaseTransform):
    """Transform of one sample in a data worker; subclasses define ``transform``.

    Any callable ``results -> results`` is also a transform and may have the same attributes.

    Attributes:
        cacheable: True if the result is identical in every epoch, so that it may be cached.
        crops: True, as a class attribute, if the argument ``size`` is the crop size.
        minimum_size: minimum height and width of an image.
        adds_noise: True if the transform adds noise to the input, which must not already be noisy.
    """

    cacheable: bool = False
    crops: bool = False
    minimum_size: tuple[int, int] = (1, 1)
    adds_noise: bool = False

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Return the changed results; ``results`` itself must not be modified."""
        raise NotImplementedError


def stated_by(transform: Any) -> Transform:
    """Return a transform, or a ``Transform`` with the attributes of any other callable.

    Examples:
        >>> stated_by(dict).minimum_size, stated_by(dict).cacheable
        ((1, 1), False)
    """
    if isinstance(transform, Transform):
        return transform
    stated = Transform()
    for name in ('cacheable', 'crops', 'minimum_size', 'adds_noise'):
        if hasattr(transform, name):  # plugins may define it without the base class
            setattr(stated, name, getattr(transform, name))
    return stated
