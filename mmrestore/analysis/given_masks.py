"""Given token masks from reference vectors, for masked training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from mmrestore.models.attachments import TokenMask
from mmrestore.models.layers.windows import invert, window_order

ATTENTION = 'attn_mask.'


class GivenMask(TokenMask):
    """Masks tokens as it is told, in the order of ``layers``."""

    def __init__(self, masks: list[Tensor], **options: Any) -> None:
        super().__init__(**options, ratio=0.5, in_test=True)
        self.masks = masks

    def begin(self, x: Tensor) -> None:
        """Start every mask from its first entry."""
        self.rests = list(self.masks)

    def draw(self, features: Tensor, place: int) -> Tensor:
        """Return what comes next of the mask of a layer, which may be called in pieces."""
        mask, self.rests[place] = self.rests[place].tensor_split([len(features)])
        return mask


def attach_given_masks(net: Any, tensors: Mapping[str, Tensor]) -> None:
    """Attach the attention masks, or the mask of the embedded tokens, of reference vectors.

    Args:
        net: a SwinIR.
        tensors: ``attn_mask.<stage>.<block>`` (B * windows, pixels), windows row-major in every
            image, after the cyclic shift; without them ``input_mask`` (B, H, W), which is applied
            to tokens unless the ``input`` is masked already, as ``unmasked_input`` shows; 1 keeps.
    """
    names = sorted(name for name in tensors if name.startswith(ATTENTION))
    if names:
        size = tensors['input'].shape
        masks = []
        for name in names:
            stage, block = map(int, name.removeprefix(ATTENTION).split('.'))
            shifted = net.layers[stage].residual_group['blocks'][block].shifted
            masks.append(
                to_our_order(
                    tensors[name].bool(),
                    (size[0], size[2], size[3]),
                    net.size_multiple,
                    net.shift if shifted else 0,
                )
            )
        GivenMask(masks, layers='layers.*.attn').attach(net)
    elif 'input_mask' in tensors and 'unmasked_input' not in tensors:
        masks = [tensors['input_mask'].bool()]
        GivenMask(masks, layers='conv_first', at='output', channel_dim=1).attach(net)


def to_our_order(mask: Tensor, size: tuple[int, int, int], window: int, shift: int) -> Tensor:
    """Return (B * windows, pixels) in the order in which our blocks see the windows."""
    batch, height, width = size
    height, width = (-(-side // window) * window for side in (height, width))
    raster = torch.arange(batch * height * width).view(batch, height, width)
    raster = raster.roll((-shift, -shift), dims=(1, 2))
    shape = (batch, height // window, window, width // window, window)
    theirs = raster.view(shape).transpose(2, 3).flatten()
    ours = window_order((batch, height, width), window=window, shift=shift).pixels
    return mask.flatten()[invert(theirs)[ours]].unflatten(0, mask.shape)
