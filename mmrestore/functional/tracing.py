"""Detection of tracing for export, during which image sizes are symbolic."""

from __future__ import annotations

import torch


def exporting() -> bool:
    """Return True while ``torch.export`` traces a network for images of any size.

    A branch on a size would fix that size, or a bound on it, in the exported network. Layers that
    select a faster implementation by size use the general one during tracing.

    Examples:
        >>> exporting()
        False
    """
    # PyTorch before 2.7 does not distinguish compiling from exporting.
    stated = getattr(torch.compiler, 'is_exporting', torch.compiler.is_compiling)
    return stated()
