"""Official checkpoints of RNAN."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from mmrestore.models.backbones.rnan import RNAN
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name='RNAN')
def official_rnan(
    weights: dict[str, Tensor],
    *,
    n_resgroups: int = 10,
    n_resblocks: int = 16,
    n_feats: int = 64,
    reduction: int = 16,
    scale: Sequence[int] = (1,),
    n_colors: int = 3,
    res_scale: float = 1,
    rgb_range: float = 1,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of an official RNAN.

    It ignores ``n_resblocks``, ``reduction`` and ``res_scale``. It maps the images that it was
    trained on, which in all releases are in [0, 255], and so does ours with ``rgb_range=1``;
    with ``rgb_range=255`` ours maps images in [0, 1] with the weights of those.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    if len(scale) != 1:
        raise ValueError(f'RNAN enlarges by one scale, got {list(scale)}')
    net = RNAN(
        n_colors,
        channels=n_feats,
        num_groups=n_resgroups,
        scale=scale[0],
        image_range=rgb_range,
    )
    return net, weights
