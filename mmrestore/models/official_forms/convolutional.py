"""Convolutional networks in the released format, for spandrel."""

from __future__ import annotations

from mmrestore.models.backbones import DnCNN, FDnCNN, MIRNetV2, NAFNet, Restormer, fold_batch_norm
from mmrestore.models.backbones.dncnn import conv_layers
from mmrestore.models.official_forms.base import OfficialForm, own_weights, refuse
from mmrestore.registry import OFFICIAL_FORMS

EXTRA = 'spandrel_extra_arches'  # under licenses that forbid commercial use
LEAST_LAYERS, LEAST_LAYERS_FOLDED = 4, 9


@OFFICIAL_FORMS.register_module(name='DnCNN')
def dncnn_form(net: DnCNN) -> OfficialForm:
    """Return a DnCNN; batch norm of convolutions without bias is folded into them.

    Raises:
        ValueError: it has too few layers to be recognized.
    """
    if any(conv.bias is None for conv, _ in conv_layers(net)):
        net = fold_batch_norm(net)
    layers = conv_layers(net)
    has_norm = any(norm is not None for _, norm in layers)
    least = LEAST_LAYERS if has_norm else LEAST_LAYERS_FOLDED
    few = f'it recognizes {least} layers or more, this one has {len(layers)}'
    refuse(net, {few: len(layers) < least})
    return OfficialForm(own_weights(net))


@OFFICIAL_FORMS.register_module(name='FDnCNN')
def fdncnn_form(net: FDnCNN) -> OfficialForm:
    """Return an FDnCNN, for which spandrel needs no noise level.

    Raises:
        ValueError: it has too few layers to be recognized.
    """
    note = (
        'programs that use spandrel give this network no noise map of their own: they restore '
        'every image as one of noise level 15'
    )
    return OfficialForm(dncnn_form(net).weights, notes=(note,))


@OFFICIAL_FORMS.register_module(name='NAFNet')
def nafnet_form(net: NAFNet) -> OfficialForm:
    """Return a NAFNet.

    Raises:
        ValueError: the first encoder, the middle or the first decoder has no block.
    """
    weights = own_weights(net)
    places = ('encoders.0.0.', 'middle_blks.0.', 'decoders.0.0.')
    missing = [p for p in places if not any(key.startswith(p) for key in weights)]
    refuse(net, {f'it looks for the blocks {", ".join(missing)}': bool(missing)})
    return OfficialForm(weights)


@OFFICIAL_FORMS.register_module(name='Restormer')
def restormer_form(net: Restormer) -> OfficialForm:
    """Return a Restormer."""
    return OfficialForm(own_weights(net), EXTRA)


@OFFICIAL_FORMS.register_module(name='MIRNetV2')
def mirnet_v2_form(net: MIRNetV2) -> OfficialForm:
    """Return a MIRNet-v2."""
    return OfficialForm(own_weights(net), EXTRA)
