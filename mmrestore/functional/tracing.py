"""Whether a network is traced for export, where its sizes are not yet known."""

from __future__ import annotations

import torch


def exporting() -> bool:
    """Return whether ``torch.export`` records the network, for images of any size.

    A branch on a size would fix that size, or a bound of it, in the exported network. Where layers
    choose a faster way by the size, they take the way that suits every size instead.

    Examples:
        >>> exporting()
        False
    """
    # PyTorch before 2.7 tells no difference between compiling and exporting.
    stated = getattr(torch.compiler, 'is_exporting', torch.compiler.is_compiling)
    return stated()
