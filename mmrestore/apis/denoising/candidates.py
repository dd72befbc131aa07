"""Candidate denoisers of a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from torch import Tensor

from mmrestore.apis.image_restorer import ImageRestorer
from mmrestore.apis.inference import init_restorer
from mmrestore.models.inference.base import InferenceDecorator, Network
from mmrestore.models.inference.pad import Pad
from mmrestore.models.inference.strength import Strength
from mmrestore.models.weights import load_weights

MEMORY = 500 * 2**20  # bytes that a network may take at once; larger pictures are restored in tiles
BILATERAL = {'type': 'Restorer', 'backbone': {'type': 'BilateralFilter'}, 'losses': {}}


class Candidate(NamedTuple):
    """A denoiser of images of any size.

    - ``restorer``: restores pictures, at the strength that is set in ``blend``;
    - ``network``: images (N, 3, H, W) in [0, 1] to restored ones, at full strength;
    - ``blend``: applies a share of the change, ``blend.strength``.
    """

    restorer: ImageRestorer
    network: Callable[[Tensor], Tensor]
    blend: Strength

    @property
    def backbone(self) -> torch.nn.Module:
        """The network that is trained."""
        return self.restorer.model.get_submodule('backbone')


def build_candidate(
    config: Config | str | Path | None, checkpoint: str | Path | None, *, device: str
) -> Candidate:
    """Build a denoiser from a config and weights, as for ``init_restorer``.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: config and weights do not fit, or the network does not restore pictures in color
            at their size.
    """
    inference: dict[str, dict | None] = {
        'strength': {'type': 'Strength', 'strength': 1.0},
        'tiles_of_all': {'type': 'AutoTile', 'memory': MEMORY},
    }
    model: Any = init_restorer(config, device=device, inference=inference)
    if checkpoint is not None:
        load_weights(model, checkpoint)
    restorer = ImageRestorer(model)
    if restorer.scale != 1 or restorer.in_channels not in (None, 3):
        raise ValueError(
            'expected a denoiser of pictures in color, got a network of scale '
            f'{restorer.scale} for {restorer.in_channels} channel(s)'
        )
    blend = find_strength(model.predictor)
    inside: Network = blend.net if blend.size_multiple == 1 else Pad(blend.net)

    def network(x: Tensor) -> Tensor:
        with torch.inference_mode(), model.predicting(restorer.device):
            return inside(x.to(restorer.device)).float()

    return Candidate(restorer, network, blend)


def bilateral(*, device: str) -> Candidate:
    """Return the bilateral filter of 40 gray levels and 2 pixels."""
    return build_candidate(Config({'model': BILATERAL}), None, device=device)


def find_strength(net: Network) -> Strength:
    """Return the outermost :class:`Strength` of a decorated network.

    Raises:
        ValueError: there is none.
    """
    while isinstance(net, InferenceDecorator):
        if isinstance(net, Strength):
            return net
        net = net.net
    raise ValueError('expected a network with the decorator Strength')
