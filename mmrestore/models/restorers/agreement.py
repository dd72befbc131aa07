"""Check that batch transforms, network and decorators of a restorer agree."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from mmrestore.functional.complementary_masks import MaskScheme
from mmrestore.models.backbones.base import facts
from mmrestore.models.batch_transform import BatchTransform, target_scale
from mmrestore.models.inference.base import Network, decorated


def check_masks(
    stated: Mapping[str, BatchTransform], trained: Network, predictor: Network, *, known: bool
) -> None:
    """Refuse masks of training that are not those of the test, or that hide pixels twice.

    Args:
        stated: what the batch transforms state, by name.
        trained: the network with its training decorators.
        predictor: the network with its inference decorators.
        known: whether all batch transforms state what they do.

    Raises:
        ValueError: the masks do not agree; the message says what to do.
    """
    training_net, at_test = decorated(trained), decorated(predictor).mask_scheme
    hiding = [k for k, t in stated.items() if t.hides_pixels]
    apart = [k for k, t in stated.items() if t.makes_subimages]
    for what, names, again in (
        ('hide pixels', hiding, training_net.mask_scheme),
        ('take images apart into sub-images', apart, training_net.full_resolution),
    ):
        if names and again is not None:
            raise ValueError(
                f'the batch transform {names[0]!r} and the training decorators both {what}: '
                'training decorators need whole images, take it away by '
                f'model.data_preprocessor.batch_transforms.{names[0]}=None'
            )
    in_batches = next((t.mask_scheme for t in stated.values() if t.mask_scheme), None)
    training = training_net.mask_scheme or in_batches
    if training and at_test and training != at_test:
        raise ValueError(
            f'masks of training have {_text(training)}, those of the test {_text(at_test)}: '
            'a network restores only what is hidden as in its training, give both the same '
            '`num_branches` and `per_channel`'
        )
    if at_test and not training and known:
        raise ValueError(
            f'complementary masks at test, {_text(at_test)}, need a network that was trained '
            'with them: add a PixelMask or training decorators (strategies `amsnet` and '
            '`complementary_masks`), or take them out of `inference`'
        )


def check_targets(
    stated: Mapping[str, BatchTransform], backbone: nn.Module, trained: Network
) -> None:
    """Refuse targets of another size than the output, or that the network sees whole.

    Args:
        stated: what the batch transforms state, by name.
        backbone: the network.
        trained: the network with its training decorators.

    Raises:
        ValueError: the targets do not fit; the message says what to do.
    """
    scale = backbone.scale
    name, made = target_scale(stated)
    if made not in (None, scale):
        raise ValueError(
            f'{type(backbone).__name__} has scale {scale}, but {name!r} goes with targets '
            f'of scale {made}: leave out {name!r}, or use a network of that scale'
        )
    targets = next((k for k, t in stated.items() if t.targets_are_inputs), None)
    hidden = any(t.hides_pixels for t in stated.values()) or decorated(trained).mask_scheme
    if targets is not None and not hidden and facts(backbone).blind_spot is False:
        raise ValueError(
            f'{type(backbone).__name__} sees the pixels of its targets, which {targets!r} '
            'takes from the inputs, and would learn to return them: use a blind-spot network '
            'such as DBSNl, or hide pixels (strategy `amsnet` or `complementary_masks`)'
        )


def _text(scheme: MaskScheme) -> str:
    return f'num_branches={scheme.num_branches}, per_channel={scheme.per_channel}'
