"""Official checkpoints of NAFNet and its Baseline."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from mmrestore.models.backbones.nafnet import NAFNet, NAFNetBaseline
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name='NAFNet')
def official_nafnet(
    weights: dict[str, Tensor],
    *,
    img_channel: int = 3,
    width: int = 16,
    middle_blk_num: int = 1,
    enc_blk_nums: Sequence[int] = (),
    dec_blk_nums: Sequence[int] = (),
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of an official NAFNet.

    The official network pads images itself, with zeros: around ours, ``Pad`` does. NAFNetLocal has
    the arguments and the weights of NAFNet; at test it is ours inside of ``LocalStatistics``.
    """
    net = NAFNet(
        img_channel,
        channels=width,
        encoder_depths=enc_blk_nums,
        num_middle_blocks=middle_blk_num,
        decoder_depths=dec_blk_nums,
    )
    return net, weights


@OFFICIAL.register_module(name='Baseline (NAFNet)')
def official_nafnet_baseline(
    weights: dict[str, Tensor],
    *,
    img_channel: int = 3,
    width: int = 16,
    middle_blk_num: int = 1,
    enc_blk_nums: Sequence[int] = (),
    dec_blk_nums: Sequence[int] = (),
    dw_expand: int = 1,
    ffn_expand: int = 2,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of an official Baseline, AMSNet's "nafnet"."""
    net = NAFNetBaseline(
        img_channel,
        channels=width,
        encoder_depths=enc_blk_nums,
        num_middle_blocks=middle_blk_num,
        decoder_depths=dec_blk_nums,
        expansion=dw_expand,
        ffn_ratio=ffn_expand,
    )
    return net, weights
