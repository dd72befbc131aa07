"""Networks from official checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from mmrestore.models.official_weights import Converted
from mmrestore.models.recognition import likely_weights
from mmrestore.models.weights import fits, load_into, read_weights
from mmrestore.registry import OFFICIAL


def load_official(
    name: str, arguments: Mapping[str, Any], weights: Mapping[str, Any] | str | Path
) -> nn.Module:
    """Build our network for an official one and load its weights.

    Args:
        name: name of the architecture, as in the official code.
        arguments: arguments of the official constructor; what is left out has the official default.
        weights: tensors by official name, or a ``.pth`` or ``.safetensors`` file of them; bare or
            wrapped as in :func:`mmrestore.models.weights.load_weights`.

    Raises:
        KeyError: the architecture is not known.
        TypeError: the official constructor has no such argument.
        ValueError: the arguments are those of no published network, or the weights do not fit; the
            message lists the keys that differ.

    Examples:
        >>> from mmrestore.models.backbones import SwinIR
        >>> arguments = dict(embed_dim=12, depths=[2], num_heads=[2], window_size=8, mlp_ratio=2)
        >>> weights = SwinIR(embed_channels=12, depths=[2], num_heads=[2]).state_dict()
        >>> load_official('SwinIR', arguments, weights).size_multiple
        8
    """
    net, converted = convert_official(name, arguments, weights)
    source = weights if isinstance(weights, (str, Path)) else f'the official {name}'
    load_into(net, converted, source)
    return net


def convert_official(
    name: str, arguments: Mapping[str, Any], weights: Mapping[str, Any] | str | Path
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return our network and the weights under our names, not yet loaded; see ``load_official``."""
    content = read_weights(weights) if isinstance(weights, (str, Path)) else weights
    first: Converted | None = None
    refused: Exception = ValueError(f'there are no weights of {name}')
    # The names are official ones, so that only the converted weights can tell what fits.
    for likely in (*likely_weights(content), {}):
        try:
            converted = OFFICIAL.get(name)(likely, **arguments)
        except (IndexError, KeyError, ValueError) as error:
            refused = error
            continue
        if fits(*converted):
            return converted
        first = first or converted
    if first is None:
        raise refused
    return first


def known_architectures() -> list[str]:
    """Return the names of the official architectures that can be loaded.

    Examples:
        >>> 'SwinIR' in known_architectures()
        True
    """
    OFFICIAL.import_from_location()
    return sorted(OFFICIAL.module_dict)
