"""Self-training noise: the residual of a teacher with random signs."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from mmrestore.functional.witnesses import flip_signs
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample

UNDERESTIMATED = 1.3  # ratio of the noise to the residual
BLOCK = 32


@BATCH_TRANSFORMS.register_module()
class FlippedResidual(BatchTransform):
    """Replace the inputs by target plus residual, with random signs of the residual.

    After ``TeacherTarget``, the target is the teacher's denoised image, and input minus target is
    the noise that the teacher removed. Random signs per pixel block keep kind and location of the
    noise, but make it independent of the target. This is self-training: the network learns to
    denoise the teacher's results.

    Args:
        factor: factor of the residual, or a pair (low, high) from which it is drawn for each image.
        block: side of the blocks in pixels.

    Raises:
        ValueError: an argument is outside its range; in a call, if inputs and targets differ in
            shape.

    Examples:
        >>> noisy, clean = torch.full((1, 1, 4, 4), 0.7), torch.full((1, 1, 4, 4), 0.5)
        >>> inputs, _ = FlippedResidual(factor=2.0)(noisy, DataSample(gt_img=clean))
        >>> (inputs - clean).abs()[0, 0, 0]  # twice the noise, of either sign
        tensor([0.4000, 0.4000, 0.4000, 0.4000])
    """

    degrades_inputs = True
    remakes_inputs = True
    needs_equal_sizes = True

    def __init__(
        self,
        *,
        factor: float | tuple[float, float] = (0.8 * UNDERESTIMATED, 1.3 * UNDERESTIMATED),
        block: int = BLOCK,
    ) -> None:
        low, high = factor if isinstance(factor, (tuple, list)) else (factor, factor)
        if not 0 < low <= high or block < 1:
            raise ValueError(
                'expected a positive factor or an ordered pair of factors, and blocks of at least '
                f'one pixel, got factor={factor} and block={block}'
            )
        self.low, self.high, self.block = low, high, block

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Replace inputs (N, C, H, W) by noisy targets."""
        target = data_samples.gt_img
        if target.shape != inputs.shape:
            raise ValueError(
                'self-training needs one target of the size of each image, got targets '
                f'{tuple(target.shape)} for inputs {tuple(inputs.shape)}: put a TeacherTarget '
                'before it, with at most one shift'
            )
        factors = torch.empty(len(inputs), 1, 1, 1, device=inputs.device)
        noise = factors.uniform_(self.low, self.high).to(inputs) * (inputs - target)
        seed = int(torch.randint(2**62, ()))  # signs are drawn on the CPU on every device
        signs = torch.Generator().manual_seed(seed)
        return target + flip_signs(noise, signs, self.block), data_samples

    def check_order(self, name: str, earlier: Mapping[str, BatchTransform]) -> None:
        """Also refuse several targets per image; see ``BatchTransform.check_order``."""
        super().check_order(name, earlier)
        several = [k for k, t in earlier.items() if t.makes_several_targets]
        if several:
            raise ValueError(
                f'batch transform {name!r} needs one target per image, but {several[-1]!r} makes '
                f'several: give {several[-1]!r} one shift, or remove {name!r}'
            )
