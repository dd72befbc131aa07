"""Official checkpoints of DnCNN and FDnCNN."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.models.backbones.dncnn import DnCNN, FDnCNN
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name='DnCNN')
def official_dncnn(
    weights: dict[str, Tensor],
    *,
    in_nc: int = 1,
    out_nc: int = 1,
    nc: int = 64,
    nb: int = 17,
    act_mode: str = 'BR',
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of a DnCNN of KAIR.

    Its files hold folded batch norm: their ``act_mode`` is 'R', not the default.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    if in_nc != out_nc:
        raise ValueError(f'DnCNN returns as many channels as it gets, got {in_nc} and {out_nc}')
    if act_mode not in ('BR', 'R'):
        raise ValueError(f"act_mode of a published DnCNN is 'BR' or 'R', got {act_mode!r}")
    return DnCNN(in_nc, channels=nc, num_layers=nb, batch_norm=act_mode == 'BR'), weights


@OFFICIAL.register_module(name='DnCNN (original PyTorch release)')
def original_dncnn(
    weights: dict[str, Tensor],
    *,
    depth: int = 17,
    n_channels: int = 64,
    image_channels: int = 1,
    use_bnorm: bool = True,
    kernel_size: int = 3,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of the authors' first release for PyTorch.

    Its convolutions after the first have no bias. It always has batch norm and 3x3 kernels: the
    official constructor takes ``use_bnorm`` and ``kernel_size`` and ignores them.
    """
    net = DnCNN(image_channels, channels=n_channels, num_layers=depth, bias=False)
    return net, {key.replace('dncnn.', 'model.', 1): value for key, value in weights.items()}


@OFFICIAL.register_module(name='FDnCNN')
def official_fdncnn(
    weights: dict[str, Tensor],
    *,
    in_nc: int = 2,
    out_nc: int = 1,
    nc: int = 64,
    nb: int = 20,
    act_mode: str = 'R',
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of an FDnCNN of KAIR.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    if in_nc != out_nc + 1:
        raise ValueError(f'FDnCNN gets one channel more than it returns, got {in_nc} and {out_nc}')
    if act_mode != 'R':
        raise ValueError(f"act_mode of a published FDnCNN is 'R', got {act_mode!r}")
    return FDnCNN(in_nc, channels=nc, num_layers=nb), weights
