"""Total-variation denoising, usable in place of a network."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmrestore.functional.total_variation import minimize_total_variation
from mmrestore.registry import MODELS


@MODELS.register_module()
class TotalVariationFilter(nn.Module):
    """The image with the least squared distance to the input plus weighted total variation.

    It has no parameters.

    Source: Rudin, Osher and Fatemi, "Nonlinear total variation based noise removal algorithms",
    Physica D, 1992.

    Args:
        weight: of the total variation, see ``minimize_total_variation``; in units of values in
            [0, 1], about the standard deviation of the noise.
        num_iterations: of Chambolle's algorithm.

    Raises:
        ValueError: an option is not positive.

    Examples:
        >>> flat = torch.full((1, 3, 8, 8), 0.5)
        >>> bool((TotalVariationFilter(weight=0.1)(flat) - flat).abs().max() < 1e-6)
        True
    """

    scale = 1
    size_multiple = 1

    def __init__(self, *, weight: float = 0.06, num_iterations: int = 50) -> None:
        super().__init__()
        if weight <= 0 or num_iterations < 1:
            raise ValueError(
                f'weight and num_iterations must be positive, got {weight} and {num_iterations}'
            )
        self.weight, self.num_iterations = weight, num_iterations

    def forward(self, x: Tensor) -> Tensor:
        """Denoise images (N, C, H, W) in [0, 1]."""
        with torch.no_grad():
            return minimize_total_variation(
                x, weight=self.weight, num_iterations=self.num_iterations
            )
