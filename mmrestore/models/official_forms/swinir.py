"""SwinIR in the released format, for spandrel."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mmrestore.models.backbones.swinir import SwinIR
from mmrestore.models.layers.windows import relative_position_index, shift_masks
from mmrestore.models.official_forms.base import (
    ASSUMED_SIDE,
    OfficialForm,
    own_weights,
    refuse,
)
from mmrestore.registry import OFFICIAL_FORMS

PUBLISHED_MASK = -100.0


@OFFICIAL_FORMS.register_module(name='SwinIR')
def swinir_form(net: SwinIR) -> OfficialForm:
    """Return a SwinIR with the buffers by which spandrel recognizes it and its window.

    The range of the image inside the network is not in the file: spandrel takes 255 for windows of
    7, as in the JPEG networks, and 1 else. Another one is multiplied into the first and the last
    convolution.

    Raises:
        ValueError: the network has no long skips, an embedding of another kernel than 3, or windows
            that are never shifted.
    """
    window = net.size_multiple
    depths = [len(stage.residual_group['blocks']) for stage in _stages(net)]
    refuse(
        net,
        {
            'it adds long skips (long_skips=False)': not net.long_skips,
            'its first convolution is 3x3 (embed_kernel)': net.conv_first.kernel_size != (3, 3),
            'it shifts windows (shift=False)': net.shift == 0 and max(depths) > 1,
        },
    )
    weights = own_weights(net)
    assumed = 255.0 if window == 7 else 1.0
    weights['conv_first.weight'] *= net.image_range / assumed
    last = 'upsample.0' if net.tail == 'pixelshuffledirect' else 'conv_last'
    for name in ('weight', 'bias'):
        weights[f'{last}.{name}'] *= assumed / net.image_range
    index, mask = relative_position_index(window), shift_mask(window, net.shift)
    for i, depth in enumerate(depths):
        for j in range(depth):
            block = f'layers.{i}.residual_group.blocks.{j}'
            weights[f'{block}.attn.relative_position_index'] = index.clone()
            if j % 2:
                weights[f'{block}.attn_mask'] = mask.clone()
    return OfficialForm(weights)


def shift_mask(window: int, shift: int) -> Tensor:
    """Return the mask of a square image of about 64 pixels, (windows, pixels, pixels), 0 or -100.

    The official network keeps that of the size that it was trained with; others it computes.

    Examples:
        >>> shift_mask(8, 4).shape
        torch.Size([64, 64, 64])
    """
    side = max(ASSUMED_SIDE // window, 2)
    last = (torch.arange(side) == side - 1).int()
    kinds = 2 * last[:, None] + last  # inside, last column, last row, corner
    return shift_masks(window, shift, value=PUBLISHED_MASK)[kinds.flatten()]


def _stages(net: SwinIR) -> Any:
    return net.layers
