"""Definition and registry of official forms."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from mmrestore.registry import OFFICIAL_FORMS

ASSUMED_SIDE = 64  # pixels of the training images that spandrel 0.4 assumes


class OfficialForm(NamedTuple):
    """A network as its released files hold it.

    - ``weights``: tensors by official name;
    - ``package``: what has to be installed for a program to read it;
    - ``notes``: what the file cannot tell that program, a sentence each.
    """

    weights: dict[str, Tensor]
    package: str = 'spandrel'
    notes: tuple[str, ...] = ()


def official_form(net: nn.Module) -> OfficialForm:
    """Return a network in the form that spandrel reads.

    Raises:
        ValueError: spandrel knows no such network, or takes something for granted that this one
            does otherwise; the message says what.

    Examples:
        >>> from mmrestore.models.backbones import NBSN
        >>> official_form(NBSN(channels=8))
        Traceback (most recent call last):
        ValueError: spandrel has no architecture for NBSN: export it --to onnx or safetensors
    """
    OFFICIAL_FORMS.import_from_location()
    name = type(net).__name__
    write = OFFICIAL_FORMS.module_dict.get(name)
    if write is None:
        raise ValueError(
            f'spandrel has no architecture for {name}: export it --to onnx or safetensors'
        )
    return write(net)


def own_weights(net: nn.Module) -> dict[str, Tensor]:
    """Return copies of the weights of a network under our names."""
    return {key: value.detach().clone() for key, value in net.state_dict().items()}


def refuse(net: nn.Module, reasons: dict[str, bool]) -> None:
    """Refuse a network that spandrel would compute otherwise.

    Args:
        net: the network.
        reasons: what is said, and whether it is so.

    Raises:
        ValueError: one of them is so.
    """
    found = [reason for reason, given in reasons.items() if given]
    if found:
        raise ValueError(
            f'spandrel cannot compute this {type(net).__name__}: {"; ".join(found)}. Export it '
            '--to onnx or safetensors'
        )
