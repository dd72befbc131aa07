"""The contest of a restoring network and a discriminator."""

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
    """Both sides of an adversarial loss, from logits; see ``mmrestore.functional.adversarial``.

    Args:
        kind: ``vanilla``, the binary cross entropy of the two-stage paper; ``least_squares``,
            ``hinge`` or ``relativistic_average``.
        loss_weight: factor of the generator's side, lambda of the paper's equation 6. The
            discriminator has no other loss, so that its side needs none. Not negative.

    Raises:
        ValueError: there is no such kind, or the weight is negative.

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
                f'loss_weight must be at least 0, got {loss_weight}: the loss of the network '
                'already falls the more its images look real'
            )
        self.kind = kind
        self.loss_weight = loss_weight
        self.generator_needs_real = kind == 'relativistic_average'

    def generator(self, restored: Tensor, real: Tensor | None = None) -> Tensor:
        """Return the weighted loss of the network from the logits of what it restored.

        Args:
            restored: logits of restored images.
            real: logits of real images, if ``generator_needs_real``.
        """
        return self.loss_weight * generator_loss(restored, real, kind=self.kind)

    def discriminator(self, restored: Tensor, real: Tensor) -> Tensor:
        """Return the loss of the discriminator from its logits of restored and real images."""
        return discriminator_loss(restored, real, kind=self.kind)
