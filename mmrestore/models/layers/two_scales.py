"""Images at two scales."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class TwoScales(NamedTuple):
    """Training output of a two-scale network.

    Args:
        fine: the images (N, C, H, W).
        coarse: the downsampled images (N, C, H / s, W / s).
    """

    fine: Tensor
    coarse: Tensor

    def float(self) -> TwoScales:
        """Return both in float32, as a tensor's ``float`` does."""
        return TwoScales(self.fine.float(), self.coarse.float())
