"""Checkpoints of SRResNet and of the MSRResNets of BasicSR, KAIR and MMagic."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.models.backbones.msrresnet import MSRResNet, MSRResNet0
from mmrestore.models.backbones.srresnet import SRResNet
from mmrestore.models.official.renaming import renamed
from mmrestore.registry import OFFICIAL

Converted = tuple[nn.Module, dict[str, Tensor]]


@OFFICIAL.register_module(name='SRResNet with batch norm (our reading of the paper)')
def paper_srresnet(
    weights: dict[str, Tensor],
    *,
    in_ch: int = 3,
    out_ch: int = 3,
    f: int = 64,
    n: int = 16,
    scale: int = 4,
) -> Converted:
    """Return the network and the state dict of an SRResNet with the layers of the paper.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    _check(in_ch, out_ch)
    return SRResNet(in_ch, channels=f, num_blocks=n, scale=scale), weights


@OFFICIAL.register_module(name='MSRResNet (BasicSR)')
def basicsr_msrresnet(
    weights: dict[str, Tensor],
    *,
    num_in_ch: int = 3,
    num_out_ch: int = 3,
    num_feat: int = 64,
    num_block: int = 16,
    upscale: int = 4,
) -> Converted:
    """Return the network and the state dict of an MSRResNet of BasicSR.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    _check(num_in_ch, num_out_ch)
    net = MSRResNet(num_in_ch, channels=num_feat, num_blocks=num_block, scale=upscale)
    return net, weights


@OFFICIAL.register_module(name='MSRResNet (MMagic)')
def mmagic_msrresnet(
    weights: dict[str, Tensor],
    *,
    in_channels: int,
    out_channels: int,
    mid_channels: int = 64,
    num_blocks: int = 16,
    upscale_factor: int = 4,
) -> Converted:
    """Return the network and the state dict of an MSRResNet of MMagic.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    _check(in_channels, out_channels)
    net = MSRResNet(
        in_channels,
        channels=mid_channels,
        num_blocks=num_blocks,
        scale=upscale_factor,
        upsample_activation=False,
    )
    names = {r'^trunk_net\.': 'body.', r'^upsample(\d)\.upsample_conv\.': r'upconv\1.'}
    return net, renamed(weights, names)


@OFFICIAL.register_module(name='MSRResNet1 (KAIR)')
def kair_msrresnet1(
    weights: dict[str, Tensor],
    *,
    in_nc: int = 3,
    out_nc: int = 3,
    nc: int = 64,
    nb: int = 16,
    upscale: int = 4,
) -> Converted:
    """Return the network and the state dict of an MSRResNet1 of KAIR.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    _check(in_nc, out_nc)
    net = MSRResNet(in_nc, channels=nc, num_blocks=nb, scale=upscale)
    return net, renamed(weights, {r'^recon_trunk\.': 'body.', r'^HRconv\.': 'conv_hr.'})


@OFFICIAL.register_module(name='MSRResNet0 (KAIR)')
def kair_msrresnet0(
    weights: dict[str, Tensor],
    *,
    in_nc: int = 3,
    out_nc: int = 3,
    nc: int = 64,
    nb: int = 16,
    upscale: int = 4,
) -> Converted:
    """Return the network and the state dict of an MSRResNet0 of KAIR.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    _check(in_nc, out_nc)
    return MSRResNet0(in_nc, channels=nc, num_blocks=nb, scale=upscale), weights


def _check(in_channels: int, out_channels: int) -> None:
    if in_channels != out_channels:
        raise ValueError(
            f'the network returns as many channels as it gets, got {in_channels} and {out_channels}'
        )
