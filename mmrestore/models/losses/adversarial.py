"""Adversarial loss."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.functional.adversarial import (
    AdversarialKind,
    check_kind,
    discriminator_loss,
    generator_loss,
)
from mmrestore.registry import MODELS


@MODELS.register_module()
class AdversarialLoss(nn.Module):
    """Generator and discriminator loss from logits; see ``mmrestore.functional.adversarial``.

    Args:
        kind: ``vanilla``, the binary cross entropy of the two-stage paper; ``least_squares``,
            ``hinge`` or ``relativistic_average``.
        loss_weight: factor of the generator loss, lambda in equation 6 of the paper, at least 0.
            The discriminator loss has no factor, because it is the discriminator's only loss.

    Raises:
        ValueError: ``kind`` is unknown, or ``loss_weight`` is negative.

    Examples:
        >>> import torch
        >>> loss, logits = AdversarialLoss('hinge', loss_weight=0.5), torch.tensor([[3.0], [1.0]])
        >>> loss.generator(logits), loss.discriminator(logits, real=-logits)
        (tensor(-1.), tensor(6.))
    """

    def __init__(self, kind: AdversarialKind = 'vanilla', *, loss_weight: float = 1.0) -> None:
        super().__init__()
        check_kind(kind)
        if loss_weight < 0:
            raise ValueError(
                f'loss_weight must be at least 0, got {loss_weight}: the generator loss already '
                'decreases as restored images look more real'
            )
        self.kind = kind
        self.loss_weight = loss_weight
        self.generator_needs_real = kind == 'relativistic_average'

    def generator(self, restored: Tensor, real: Tensor | None = None) -> Tensor:
        """Return the weighted generator loss.

        Args:
            restored: logits of restored images.
            real: logits of real images, if ``generator_needs_real``.
        """
        return self.loss_weight * generator_loss(restored, real, kind=self.kind)

    def discriminator(self, restored: Tensor, real: Tensor) -> Tensor:
        """Return the discriminator loss from the logits of restored and real images."""
        return discriminator_loss(restored, real, kind=self.kind)
