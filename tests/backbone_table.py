"""A row for every backbone: tiny arguments, and what it can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """A backbone with tiny arguments.

    - ``unused``: prefixes of parameters that released checkpoints hold and no output depends on;
    - ``compiles``: whether ``torch.compile`` takes it whole, without a graph break.
    """

    type: str
    arguments: dict[str, Any]
    in_channels: int = 3
    out_channels: int = 3
    unused: tuple[str, ...] = field(default=())
    compiles: bool = True


ROWS = [
    Row('ATBSN', {'channels': 8}),
    Row('ATBSNStudent', {'channels': 8}),
    Row('EDSR', {'channels': 8, 'num_blocks': 2, 'scale': 3}),
    Row('EDSR', {'channels': 8, 'num_blocks': 2, 'scale': 2, 'trained_mean': True}),
    Row('DBSNl', {'channels': 8, 'num_modules': 2}),
    Row('DeamNet', {'channels': 32}),
    Row('DMNet', {'channels': 8, 'num_blocks': 1, 'num_convs': 3}, unused=('to_low.',)),
    Row('DnCNN', {'channels': 8, 'num_layers': 4}, in_channels=1, out_channels=1),
    Row('FDnCNN', {'channels': 8, 'num_layers': 4}, in_channels=4),
    Row(
        'GRL',
        {
            'embed_channels': 24,
            'depths': [2],
            'num_heads_window': [2],
            'num_heads_stripe': [3],
            'window_size': 4,
            'stripe_size': [4, 8],
            'anchor_factor': 2,
        },
    ),
    Row(
        'HAT',
        {
            'embed_channels': 16,
            'depths': [2],
            'num_heads': [2],
            'window_size': 4,
            'compress_ratio': 4,
            'squeeze_factor': 4,
            'conv_scale': 0.5,
        },
    ),
    Row('MIRNet', {'channels': 8, 'num_groups': 1, 'num_blocks': 1}),
    Row('MIRNetV2', {'channels': 16, 'num_blocks': 1}),
    Row('MSRResNet', {'channels': 8, 'num_blocks': 2}),
    Row('MSRResNet0', {'channels': 8, 'num_blocks': 2, 'scale': 2}),
    Row(
        'NAFNet',
        {'channels': 8, 'encoder_depths': [1], 'num_middle_blocks': 1, 'decoder_depths': [1]},
    ),
    Row(
        'NAFNetBaseline',
        {'channels': 8, 'encoder_depths': [1], 'num_middle_blocks': 1, 'decoder_depths': [1]},
    ),
    Row('NBSN', {'channels': 8}),
    Row(
        'PreUpsampling',
        {
            'backbone': {'type': 'DnCNN', 'in_channels': 3, 'channels': 8, 'num_layers': 4},
            'scale': 3,
        },
    ),
    Row('ResidualUNet', {'channels': (8, 12, 16)}),
    Row('Restormer', {'embed_channels': 8, 'depths': [1] * 4, 'num_refinement_blocks': 1}),
    Row(
        'Restormer',
        {
            'in_channels': 6,
            'embed_channels': 8,
            'depths': [1] * 4,
            'num_refinement_blocks': 1,
            'norm_bias': True,
            'dual_pixel': True,
        },
        in_channels=6,
    ),
    Row('SRResNet', {'channels': 8, 'num_blocks': 2, 'conv_bias': False}),
    Row('SRResNet', {'channels': 8, 'num_blocks': 2, 'scale': 2, 'batch_norm': False}),
    Row('REDNet', {'channels': 8, 'num_layers': 10}),
    Row('RIDNet', {'channels': 16, 'reduction': 4}),
    Row('RNAN', {'channels': 8, 'num_groups': 3, 'image_range': 1.0}),
    Row('SwinIR', {'embed_channels': 12, 'depths': [2], 'num_heads': [2], 'window_size': 4}),
    Row('UNet', {'channels': 8}),
    Row('UNet', {'channels': 8, 'blind_spot': True}),
]
