"""Total-variation loss."""

from __future__ import annotations

from torch import Tensor

from mmrestore.functional.total_variation import forward_differences, gradient_lengths
from mmrestore.models.losses.base import Loss
from mmrestore.models.losses.reduction import Reduction, check_reduction, weighted_reduction
from mmrestore.registry import MODELS


@MODELS.register_module()
class SmoothnessLoss(Loss):
    """Total variation of the prediction, per channel; the target is not used.

    The loss is the mean of sqrt(down^2 + right^2 + eps) over all pixels with both neighbors, where
    down and right are the differences to the lower and the right neighbor. In a weighted mean, each
    pixel has its own weight.

    Source: Liao et al., "Asymmetric mask scheme for self-supervised real image
    denoising" (AMSNet), ECCV 2024, equation 9, a sum without eps.

    Args:
        isotropic: False gives the mean absolute vertical difference plus the mean absolute
            horizontal difference, over all pairs of neighbors, as in the released code of AMSNet
            (whose latest version also divides by the batch size).
        eps: makes the root differentiable at 0; in squared units of the images.
        loss_weight: factor of the result; lambda of the paper, 0.01 or 0.1, if the data term is
            also a mean.
        reduction: 'mean' or 'sum', see ``weighted_reduction``.

    Raises:
        ValueError: ``eps`` is not positive, or ``reduction`` is unknown; in a call, if a side is
            shorter than 2 pixels or the weight has the wrong shape.

    Examples:
        >>> import torch
        >>> pred = torch.tensor([[[[1.0, 5.0], [4.0, 9.0]]]])
        >>> round(SmoothnessLoss()(pred, pred).item(), 4)  # sqrt(3^2 + 4^2)
        5.0
        >>> SmoothnessLoss(isotropic=False)(pred, pred)  # (3 + 4) / 2 + (4 + 5) / 2
        tensor(8.)
    """

    def __init__(
        self,
        *,
        isotropic: bool = True,
        eps: float = 1e-6,
        loss_weight: float = 1.0,
        reduction: Reduction = 'mean',
    ) -> None:
        super().__init__()
        check_reduction(reduction)
        if eps <= 0:
            raise ValueError(f'expected a positive eps, got {eps}: the root has no gradient at 0')
        self.isotropic = isotropic
        self.eps = eps
        self.loss_weight = loss_weight
        self.reduction = reduction

    def forward(self, pred: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        """Return the loss of predictions (N, C, H, W)."""
        if self.isotropic:
            return self._reduced(gradient_lengths(pred, eps=self.eps), pred, weight)
        down, right = forward_differences(pred)
        return self._reduced(down.abs(), pred, weight) + self._reduced(right.abs(), pred, weight)

    def _reduced(self, elements: Tensor, pred: Tensor, weight: Tensor | None) -> Tensor:
        if weight is not None:
            for dim in (-2, -1):
                if weight.shape[dim] == pred.shape[dim]:
                    weight = weight.narrow(dim, 0, elements.shape[dim])
        return self.loss_weight * weighted_reduction(elements, weight, self.reduction)
