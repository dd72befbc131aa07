"""Adversarial losses of generator and discriminator, computed from discriminator logits.

A logit z is high where an image looks real; the probability in the papers is D = sigmoid(z).
Discriminators return one logit per image or one per patch. Expectations are means over all logits.
"""

from __future__ import annotations

from typing import Literal, get_args

import torch.nn.functional as F
from torch import Tensor

AdversarialKind = Literal['vanilla', 'least_squares', 'hinge', 'relativistic_average']
KINDS: tuple[str, ...] = get_args(AdversarialKind)


def check_kind(kind: str) -> None:
    """Raise a ``ValueError`` if no adversarial loss has this name."""
    if kind not in KINDS:
        raise ValueError(
            f'kind of an adversarial loss must be one of {", ".join(KINDS)}, got {kind!r}'
        )


def generator_loss(
    restored: Tensor, real: Tensor | None = None, *, kind: AdversarialKind = 'vanilla'
) -> Tensor:
    """Return the generator loss, which is low when restored images look real.

    With z the logits of restored images and r those of real images, the loss is the mean of

    - vanilla: -log sigmoid(z);
    - least_squares: (z - 1)^2 / 2;
    - hinge: -z;
    - relativistic_average: -log sigmoid(z - mean r) - log(1 - sigmoid(r - mean z)).

    Sources: Liu, Shu and Wu, "Deep Learning with Inaccurate Training Data for Image Restoration",
    2018, equation 4; Mao et al., "Least squares generative adversarial networks", ICCV 2017,
    equation 9; Miyato et al., "Spectral normalization for generative adversarial networks", ICLR
    2018, equation 17; Jolicoeur-Martineau, "The relativistic discriminator", ICLR 2019, section
    4.2, as a sum (the ESRGAN code takes half of it).

    Args:
        restored: logits of restored images, of any shape.
        real: logits of real images; only the relativistic loss uses them.
        kind: name of the loss.

    Raises:
        ValueError: ``kind`` is unknown, or the relativistic loss is called without ``real``.

    Examples:
        >>> import torch
        >>> logits = torch.tensor([0.0, 2.0])
        >>> round(generator_loss(logits).item(), 4)  # (log 2 + log(1 + exp -2)) / 2
        0.41
        >>> generator_loss(logits, kind='least_squares')
        tensor(0.5000)
    """
    check_kind(kind)
    if kind == 'vanilla':
        return -F.logsigmoid(restored).mean()
    if kind == 'least_squares':
        return (restored - 1).square().mean() / 2
    if kind == 'hinge':
        return -restored.mean()
    if real is None:
        raise ValueError('the relativistic generator loss also needs the logits of real images')
    return _cross_entropy(restored - real.mean(), real - restored.mean())


def discriminator_loss(
    restored: Tensor, real: Tensor, *, kind: AdversarialKind = 'vanilla'
) -> Tensor:
    """Return the discriminator loss, which is low when real and restored images are told apart.

    With z the logits of restored images and r those of real images, the loss is the mean of

    - vanilla: -log sigmoid(r) - log(1 - sigmoid(z)), the binary cross entropy;
    - least_squares: ((r - 1)^2 + z^2) / 2;
    - hinge: max(0, 1 - r) + max(0, 1 + z);
    - relativistic_average: -log sigmoid(r - mean z) - log(1 - sigmoid(z - mean r)).

    Sources: see :func:`generator_loss`; equations 5, 9 and 16 of the first three papers.

    Args:
        restored: logits of restored images, of any shape.
        real: logits of real images, of any shape.
        kind: name of the loss.

    Raises:
        ValueError: ``kind`` is unknown.

    Examples:
        >>> import torch
        >>> undecided = torch.zeros(3)
        >>> round(discriminator_loss(undecided, undecided).item(), 4)  # 2 log 2
        1.3863
        >>> discriminator_loss(torch.tensor([-3.0]), torch.tensor([0.25]), kind='hinge')
        tensor(0.7500)
    """
    check_kind(kind)
    if kind == 'vanilla':
        return _cross_entropy(real, restored)
    if kind == 'least_squares':
        return ((real - 1).square().mean() + restored.square().mean()) / 2
    if kind == 'hinge':
        return F.relu(1 - real).mean() + F.relu(1 + restored).mean()
    return _cross_entropy(real - restored.mean(), restored - real.mean())


def _cross_entropy(high: Tensor, low: Tensor) -> Tensor:
    """Return the mean of -log sigmoid(high) - log(1 - sigmoid(low)), stable for large logits."""
    return -F.logsigmoid(high).mean() - F.logsigmoid(-low).mean()
