"""GRL in the released format, for spandrel."""

from __future__ import annotations

from typing import cast

import torch

from mmrestore.models.backbones.grl import GRL
from mmrestore.models.layers.anchored_windows import Windows
from mmrestore.models.official_forms.base import (
    ASSUMED_SIDE,
    OfficialForm,
    own_weights,
    refuse,
)
from mmrestore.registry import OFFICIAL_FORMS


@OFFICIAL_FORMS.register_module(name='GRL')
def grl_form(net: GRL) -> OfficialForm:
    """Return a GRL with three buffers whose shapes tell spandrel the windows and the stripes.

    Without them it guesses, and restores wrongly without a word. Their values are not read.

    Raises:
        ValueError: a side of the windows or of the stripes does not divide 64, the size of training
            images that spandrel assumes, or the tail is one that it takes for another.
    """
    stripes = cast(Windows, net.stripes[0])
    (window, _), (height, width) = net.windows.shapes[0], stripes.shapes[0]
    factor = stripes.factors[-1]
    sides = (window, height, width)
    refuse(
        net,
        {
            f'windows and stripes of {window}, {height} x {width} do not divide its images of '
            f'{ASSUMED_SIDE} pixels': any(ASSUMED_SIDE % side for side in sides),
            'it takes the tail nearest+conv for scale 4': net.tail == 'nearest+conv'
            and net.scale != 4,
        },
    )
    weights = own_weights(net)
    anchors = (height // factor, width // factor)
    weights['table_w'] = torch.zeros(1, 2 * window - 1, 2 * window - 1, 2)
    weights['table_sh'] = torch.zeros(1, height + anchors[0] - 1, width + anchors[1] - 1, 2)
    weights['index_sh_a2w'] = torch.zeros(
        anchors[0] * anchors[1], height * width, dtype=torch.int64
    )
    return OfficialForm(weights)
