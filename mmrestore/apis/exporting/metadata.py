"""Metadata of an exported model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from torch import Tensor, nn

from mmrestore.apis.recorded import READERS, checkpoint_meta, file_metadata
from mmrestore.config import config_text
from mmrestore.config.merging import plain
from mmrestore.engine.validations import read_validations
from mmrestore.models.backbones.base import facts
from mmrestore.version import __version__

OF_A_RUN = ('work_dir', 'load_from', 'resume', 'launcher', 'log_level')
# What a model file passes on when it is exported again.
KEPT = ('training', 'figures')


def metadata(
    config: Config,
    backbone: nn.Module,
    *,
    checkpoint: str | Path,
    out_channels: int,
    held: Mapping[str, Any],
    left_out: Mapping[str, Any],
    whole_config: bool,
) -> dict[str, str]:
    """Return the metadata of a model as strings by name; structured values are JSON.

    Args:
        config: the config of the network.
        backbone: the network.
        checkpoint: the file that its weights come from.
        out_channels: channels of its output.
        held: configs of inference decorators that the model holds.
        left_out: configs of those that it does not.
        whole_config: whether the config is kept with its data and schedule; else the model only.
    """
    stated, arguments = facts(backbone), dict(config.model.backbone)
    names = [k for k in config if k not in OF_A_RUN and (whole_config or k == 'model')]
    values: dict[str, Any] = {
        'format': 'pt',  # what loaders of other programs ask of safetensors
        'producer': f'mmrestore {__version__}',
        'architecture': arguments.pop('type'),
        'arguments': plain(arguments),
        'in_channels': stated.in_channels or 3,
        'out_channels': out_channels,
        'scale': stated.scale,
        'size_multiple': stated.size_multiple,
        'images': '(N, C, H, W) RGB or gray in [0, 1]; the result is to be clipped to [0, 1]',
        'tiles': _advice(stated.global_statistics),
        'inference': {'held': plain(dict(held)), 'left_out': plain(dict(left_out))},
        'protocol': plain(config.get('test_evaluator') or config.get('val_evaluator')),
        'versions': {'mmrestore': __version__, 'torch': str(torch.__version__)},
        'weights_sha256': weights_digest(backbone.state_dict()),
        'config': config_text({k: config[k] for k in names}),
        **training_facts(checkpoint),
    }
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in values.items()
        if value not in (None, {})
    }


def training_facts(checkpoint: str | Path) -> dict[str, Any]:
    """Return ``training`` and ``figures`` of a checkpoint, as far as it or its folder has them.

    Figures are those of the validation at the iteration of the checkpoint.
    """
    checkpoint = Path(checkpoint)
    if checkpoint.suffix in READERS:
        kept = file_metadata(checkpoint)
        return {key: kept[key] for key in KEPT if key in kept}
    try:
        meta = checkpoint_meta(checkpoint)
    except ValueError:  # released weights
        return {}
    training = {k: meta[k] for k in ('epoch', 'iter', 'time', 'versions') if k in meta}
    known = read_validations(checkpoint.parent)
    validations = [*known.get('best', {}).values()]
    validations.append({'iter': known.get('last'), 'metrics': known.get('metrics')})
    figures = next((v['metrics'] for v in validations if v['iter'] == meta.get('iter')), None)
    return {'training': training, 'figures': figures}


def weights_digest(weights: Mapping[str, Tensor]) -> str:
    """Return the SHA-256 of tensors: their names in order, types, shapes and bytes.

    Examples:
        >>> weights_digest({'a': torch.zeros(2)})[:12]
        'c8651ae8f65e'
    """
    digest = hashlib.sha256()
    for name in sorted(weights):
        tensor = weights[name].detach().cpu().contiguous()
        digest.update(f'{name} {tensor.dtype} {tuple(tensor.shape)}'.encode())
        digest.update(tensor.view(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _advice(global_statistics: bool) -> str:
    if global_statistics:
        return 'restore whole images: every pixel of the result depends on the whole image'
    return 'images can be restored in tiles of any size that overlap, by 32 pixels or more'
