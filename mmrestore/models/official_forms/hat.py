"""HAT in the released format, for spandrel."""

from __future__ import annotations

from mmrestore.models.backbones.hat import HAT, HybridBlock
from mmrestore.models.official_forms.base import OfficialForm, own_weights
from mmrestore.registry import OFFICIAL_FORMS

ASSUMED_CONV_SCALE = 0.01


@OFFICIAL_FORMS.register_module(name='HAT')
def hat_form(net: HAT) -> OfficialForm:
    """Return a HAT with its two buffers.

    The factor of the convolutional branch is not in the file: spandrel takes 0.01. Another one is
    multiplied into the last convolution of the branch, and divided out where the channel attention
    looks at its result.
    """
    weights = own_weights(net)
    for name, block in net.named_modules():
        if isinstance(block, HybridBlock):
            factor = block.conv_scale / ASSUMED_CONV_SCALE
            for part in ('weight', 'bias'):
                weights[f'{name}.conv_block.cab.2.{part}'] *= factor
            weights[f'{name}.conv_block.cab.3.attention.1.weight'] /= factor
    weights['relative_position_index_SA'] = net.position_index.clone()
    weights['relative_position_index_OCA'] = net.overlap_index.clone()
    return OfficialForm(weights)
