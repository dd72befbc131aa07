"""Base class of batch transforms and the attributes that the toolbox reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from mmrestore.functional.complementary_masks import MaskScheme
from mmrestore.structures import DataSample


class BatchTransform:
    """Transform of a whole training batch on the device.

    It is a plain callable, not a module: what it holds is in no checkpoint. Any other callable
    ``inputs, data_samples -> inputs, data_samples`` is a batch transform too; it may state any of
    these attributes, and nothing is assumed where it states none. They are about the order of batch
    transforms: one that cannot be right is refused when the data preprocessor is built.

    Attributes:
        degrades_inputs: whether it makes the inputs worse than their targets, by noise or blur.
        hides_pixels: whether pixels of the inputs are replaced, so that the network does not see
            them.
        mask_scheme: how pixels are hidden, where that is by one of several complementary masks.
        weights_loss: whether it sets the weight of the loss.
        targets_from_inputs: whether it makes the targets of the inputs, as they are at its place;
            targets made before are discarded.
        targets_are_inputs: whether the targets are the inputs themselves, noise and all.
        target_scale: of one that makes targets, their height and width divided by those of the
            inputs after it; None if it makes none.
        makes_several_targets: whether it makes several targets for each image, (N, K, C, H, W).
        needs_several_targets: whether it acts on such targets.
        shrink_factor: height and width of the inputs before it divided by those after it, where the
            targets keep theirs.
        makes_subimages: whether it takes images apart into sub-images of every s-th pixel.
        needs_equal_sizes: whether inputs and targets must have one size.
        remakes_inputs: whether it makes the inputs anew of the targets, so that what was done to
            the inputs before is lost.
        adds_noise: whether it adds noise to the inputs, which must not have noise of their own.
        has_teacher: whether a network makes its targets, which ``replace(weights)`` exchanges;
            ``expected`` is the state dict of such a network.
        ratio: share of what it masks, a number or (low, high), which a schedule may set; None of
            one that has no ratio.
    """

    degrades_inputs: bool = False
    hides_pixels: bool = False
    mask_scheme: MaskScheme | None = None
    weights_loss: bool = False
    targets_from_inputs: bool = False
    targets_are_inputs: bool = False
    target_scale: int | None = None
    makes_several_targets: bool = False
    needs_several_targets: bool = False
    shrink_factor: int = 1
    makes_subimages: bool = False
    needs_equal_sizes: bool = False
    remakes_inputs: bool = False
    adds_noise: bool = False
    has_teacher: bool = False
    ratio: Any = None

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Transform inputs (N, C, H, W), float32, and the stacked samples of the batch."""
        raise NotImplementedError

    def dry_run(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Return something of the form that a call returns, and refuse what a call refuses.

        It is done to one patch before a training writes anything, so that patches of a wrong size
        are refused then. What reads files or takes long defines it; by default it is a call.
        """
        return self(inputs, data_samples)

    def prepare(self) -> None:
        """Load the required files; called before training begins."""

    def check_order(self, name: str, earlier: Mapping[str, BatchTransform]) -> None:
        """Refuse batch transforms before this one after which it cannot be right.

        Args:
            name: what this one is called.
            earlier: the batch transforms before it by name, in their order.

        Raises:
            ValueError: the order is wrong; the message says what to do.
        """
        found = list(earlier.items())[::-1]  # the nearest first
        hiding = next((k for k, t in found if t.hides_pixels), None)
        makes_images = self.targets_from_inputs or self.remakes_inputs or self.degrades_inputs
        if hiding is not None and makes_images:
            raise ValueError(
                f'batch transform {name!r} would make targets or inputs after {hiding!r} has '
                f'hidden pixels: put {name!r} before {hiding!r}'
            )
        if hiding is not None and self.hides_pixels:
            raise ValueError(
                f'batch transforms {hiding!r} and {name!r} both hide pixels, which the network '
                f'then predicts from too few: leave one of them out, by {hiding}=None or '
                f'{name}=None'
            )
        clean = next((k for k, t in found if t.targets_are_inputs), None)
        if clean is not None and self.degrades_inputs:
            raise ValueError(
                f'batch transform {name!r} degrades the inputs after {clean!r} has made them the '
                f'targets, which would be the images without it: put {name!r} before {clean!r}'
            )
        apart = next((k for k, t in found if t.makes_subimages), None)
        if apart is not None and self.makes_subimages:
            raise ValueError(
                f'batch transforms {apart!r} and {name!r} both take images apart into sub-images: '
                f'leave one of them out, by {apart}=None or {name}=None'
            )
        targets = next((k for k, t in found if t.targets_from_inputs), None)
        if targets is not None and self.targets_from_inputs:
            raise ValueError(
                f'batch transform {name!r} discards the targets that {targets!r} makes: leave one '
                f'of them out, by {targets}=None or {name}=None'
            )
        if self.needs_several_targets and not _several(found):
            raise ValueError(
                f'batch transform {name!r} needs several targets for each image: put a '
                'TeacherTarget with two or more shifts before it'
            )
        large, scale = target_scale(earlier)
        if self.needs_equal_sizes and scale not in (None, 1):
            raise ValueError(
                f'batch transform {name!r} needs inputs of the size of their targets, but after '
                f'{large!r} targets are {scale} times as large: it is not defined for '
                f'super-resolution, leave it out by {name}=None'
            )


class PlainCallable(BatchTransform):
    """Attributes of a batch transform that does not derive from :class:`BatchTransform`."""

    def __init__(self, function: Any) -> None:
        self.function = function
        # A plugin may state any of the attributes without knowing the base class.
        stated = {k: getattr(function, k) for k in _ATTRIBUTES if hasattr(function, k)}
        self.__dict__.update(stated)

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Call the function."""
        return self.function(inputs, data_samples)

    def prepare(self) -> None:
        """Let it load what it needs, if it has a method for that."""
        # A plugin may have the method without the base class.
        if hasattr(self.function, 'prepare'):
            self.function.prepare()


_ATTRIBUTES = tuple(name for name in BatchTransform.__annotations__)


def stated_by(transform: Any) -> BatchTransform:
    """Return a batch transform, or what stands for any other callable."""
    return transform if isinstance(transform, BatchTransform) else PlainCallable(transform)


def target_scale(transforms: Mapping[str, BatchTransform]) -> tuple[str | None, int | None]:
    """Return how large targets are after batch transforms, relative to their inputs.

    Args:
        transforms: batch transforms in the order of the config, by name.

    Returns:
        The name of the transform that decides it, and the height and width of the targets divided
        by those of the inputs; None twice where the data or a plain callable decides it.

    Examples:
        >>> from mmrestore.batch_transforms import BicubicDownsample, NoisyTarget
        >>> target_scale(dict(small=BicubicDownsample(4)))
        ('small', 4)
        >>> target_scale(dict(small=BicubicDownsample(4), target=NoisyTarget()))
        ('target', 1)
    """
    decides: str | None = None
    scale: int | None = None
    for name, transform in transforms.items():
        if isinstance(transform, PlainCallable):
            decides, scale = None, None
        if transform.target_scale is not None:
            decides, scale = name, transform.target_scale
        elif transform.needs_equal_sizes:
            decides, scale = name, transform.shrink_factor
        elif scale is not None:
            scale *= transform.shrink_factor
    return decides, scale


def check_orders(transforms: Mapping[str, Any]) -> None:
    """Refuse batch transforms in an order that cannot be right.

    Raises:
        ValueError: as ``check_order`` of one of them.

    Examples:
        >>> from mmrestore.batch_transforms import NoisyTarget, PixelMask
        >>> check_orders(dict(target=NoisyTarget(), mask=PixelMask()))
        >>> check_orders(dict(mask=PixelMask(), target=NoisyTarget()))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ValueError: batch transform 'target' would make targets ... put 'target' before 'mask'
    """
    earlier: dict[str, BatchTransform] = {}
    for name, transform in transforms.items():
        stated = stated_by(transform)
        stated.check_order(name, earlier)
        earlier[name] = stated


def _several(found: list[tuple[str, BatchTransform]]) -> bool:
    """Return whether there may be several targets after batch transforms, the last one first."""
    for _, transform in found:
        if transform.makes_several_targets or isinstance(transform, PlainCallable):
            return True  # what a plain callable makes is not known
        if transform.targets_from_inputs:
            return False
    return False
