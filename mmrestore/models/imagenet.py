"""ImageNet classifier weights of torchvision; nothing is downloaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import nn

FILES = {
    'alexnet': 'alexnet-owt-7be5be79.pth',
    'vgg16': 'vgg16-397923af.pth',
    'vgg19': 'vgg19-dcbb9e9d.pth',
}
PLACE = 'https://download.pytorch.org/models'


def find_weights(
    classifier: str, file: str | Path | None = None, *, needed_by: str, otherwise: str
) -> Path:
    """Return the file of the weights of a classifier.

    Args:
        classifier: 'alexnet', 'vgg16' or 'vgg19'.
        file: the file; if absent, where torchvision keeps its downloads.
        needed_by: who needs it, the beginning of a message.
        otherwise: what to do without it, the end of the message.

    Raises:
        RuntimeError: there is no such file; the message says how to get it.
    """
    name = FILES[classifier]
    file = Path(file or Path(torch.hub.get_dir()) / 'checkpoints' / name)
    if not file.is_file():
        raise RuntimeError(
            f'{needed_by} needs the ImageNet weights of torchvision, but there is no file {file}. '
            f'Put {PLACE}/{name} there, or run `python -c "from torchvision.models import '
            f"{classifier} as m; m(weights='IMAGENET1K_V1')\"` on a machine with internet access, "
            f'or name a copy by the argument `weights`. {otherwise}'
        )
    return file


def load_features(
    net: nn.Module, classifier: str, file: Path, *, key: Callable[[str], str] = str
) -> None:
    """Load the weights of a classifier's feature layers, all or the first ones, into a network.

    Args:
        net: the network.
        classifier: 'alexnet', 'vgg16' or 'vgg19'.
        file: its weights.
        key: maps the name of a parameter to the one in the file, without ``features.``.

    Raises:
        RuntimeError: the file is damaged or lacks features of these shapes.
    """
    try:
        content = torch.load(file, map_location='cpu', weights_only=True)
        net.load_state_dict({own: content[f'features.{key(own)}'] for own in net.state_dict()})
    except (RuntimeError, LookupError, TypeError, EOFError, OSError, UnpicklingError) as error:
        raise RuntimeError(
            f'{file} does not hold the weights of {classifier} of torchvision: get '
            f'{PLACE}/{FILES[classifier]}. {error}'
        ) from error
