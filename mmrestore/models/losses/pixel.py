"""Pixel losses: L1, MSE and Charbonnier."""

from __future__ import annotations

import torch
from torch import Tensor

from mmrestore.models.losses.base import Loss
from mmrestore.models.losses.reduction import Reduction, check_reduction, weighted_reduction
from mmrestore.registry import MODELS


class PixelLoss(Loss):
    """Loss of the elementwise difference; subclasses define ``elements``.

    Args:
        loss_weight: factor of the result.
        reduction: 'mean' or 'sum', see ``weighted_reduction``.

    Raises:
        ValueError: ``reduction`` is unknown.
    """

    def __init__(self, *, loss_weight: float = 1.0, reduction: Reduction = 'mean') -> None:
        super().__init__()
        check_reduction(reduction)
        self.loss_weight = loss_weight
        self.reduction = reduction

    def forward(self, pred: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        """Compare predictions (N, C, H, W) with targets (N, C, H, W) or (N, K, C, H, W).

        All K targets of an image are compared with its prediction.

        Raises:
            ValueError: the shapes do not match.
        """
        elements = self.elements(difference(pred, target))
        return self.loss_weight * weighted_reduction(elements, weight, self.reduction)

    def elements(self, difference: Tensor) -> Tensor:
        """Return the loss of each element."""
        raise NotImplementedError


@MODELS.register_module()
class L1Loss(PixelLoss):
    """Absolute difference |d|.

    Examples:
        >>> L1Loss()(torch.zeros(1, 1, 1, 2), torch.tensor([[[[1.0, -3.0]]]]))
        tensor(2.)
    """

    def elements(self, difference: Tensor) -> Tensor:
        """Return the loss of each element."""
        return difference.abs()


@MODELS.register_module()
class MSELoss(PixelLoss):
    """Squared difference d^2.

    Examples:
        >>> MSELoss()(torch.zeros(1, 1, 1, 2), torch.tensor([[[[1.0, -3.0]]]]))
        tensor(5.)
    """

    def elements(self, difference: Tensor) -> Tensor:
        """Return the loss of each element."""
        return difference.square()


@MODELS.register_module()
class CharbonnierLoss(PixelLoss):
    """Charbonnier loss sqrt(d^2 + eps^2), a smooth absolute difference.

    Source: Lai, Huang, Ahuja and Yang, "Deep Laplacian pyramid networks for fast and accurate
    super-resolution", CVPR 2017, section 3.3, with eps = 1e-3.

    Args:
        eps: loss of two equal values, in units of the images. Some publications state the constant
            under the root instead, which is ``eps`` squared: BasicSR uses 1e-12 (``eps=1e-6``), the
            training code of SwinIR 1e-9 (``eps=3.16e-5``).
        loss_weight: factor of the result.
        reduction: 'mean' or 'sum', see ``weighted_reduction``.

    Raises:
        ValueError: ``eps`` is not positive, or ``reduction`` is unknown.

    Examples:
        >>> CharbonnierLoss(eps=3.0)(torch.zeros(1, 1, 1, 2), torch.tensor([[[[0.0, 4.0]]]]))
        tensor(4.)
    """

    def __init__(
        self, *, eps: float = 1e-3, loss_weight: float = 1.0, reduction: Reduction = 'mean'
    ) -> None:
        super().__init__(loss_weight=loss_weight, reduction=reduction)
        if eps <= 0:
            raise ValueError(f'expected a positive eps, got {eps}: the root has no gradient at 0')
        self.eps = eps

    def elements(self, difference: Tensor) -> Tensor:
        """Return the loss of each element."""
        return torch.sqrt(difference.square() + self.eps**2)


def difference(pred: Tensor, target: Tensor) -> Tensor:
    """Return predictions (N, C, H, W) minus targets (N, C, H, W) or (N, K, C, H, W).

    Raises:
        ValueError: the shapes do not match; only the axis of K targets is broadcast.

    Examples:
        >>> difference(torch.zeros(2, 3, 4, 5), torch.ones(2, 7, 3, 4, 5)).shape
        torch.Size([2, 7, 3, 4, 5])
    """
    targets_of_one = target.ndim == 5 and pred.shape == target.shape[:1] + target.shape[2:]
    if pred.shape != target.shape and not targets_of_one:
        raise ValueError(
            'expected targets in the shape of the predictions (N, C, H, W), or (N, K, C, H, W) for '
            'K targets per image, got predictions '
            f'{tuple(pred.shape)} and targets {tuple(target.shape)}'
        )
    return (pred.unsqueeze(1) if targets_of_one else pred) - target
