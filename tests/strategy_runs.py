"""Trainings of a few iterations: a strategy on a small network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from mmrestore.config import open_config
from mmrestore.engine import Runner
from mmrestore.registry import MODELS

NETWORKS: dict[str, dict[str, Any]] = {
    'ATBSN': dict(type='ATBSN', channels=8, blind_spot_shift=3),
    'DBSNl': dict(type='DBSNl', channels=8, num_modules=1),
    'DnCNN': dict(type='DnCNN', in_channels=3, channels=8, num_layers=4),
    'HAT': dict(
        type='HAT',
        embed_channels=16,
        depths=[2],
        num_heads=[2],
        window_size=4,
        compress_ratio=4,
        squeeze_factor=4,
    ),
    'NAFNet': dict(
        type='NAFNet', channels=8, encoder_depths=[1], num_middle_blocks=1, decoder_depths=[1]
    ),
    'NBSN': dict(type='NBSN', channels=8),
    'Restormer': dict(
        type='Restormer', embed_channels=8, depths=[1, 1, 1, 1], num_refinement_blocks=1
    ),
    'SwinIR': dict(type='SwinIR', embed_channels=12, depths=[2], num_heads=[2], embed_kernel=1),
    'UNet(blind_spot=True)': dict(type='UNet', channels=8, blind_spot=True),
}
SMALL = {
    'train_cfg.max_epochs': 1,
    'train_dataloader.sampler.repeat': 2,  # 3 photographs, 3 iterations of 2 patches
    'train_dataloader.total_batch_size': 2,
    'train_dataloader.num_workers': 0,
    'train_dataloader.dataset.pipeline.patch.size': 32,
    'param_scheduler': None,
    'val_dataloader': None,
    'test_dataloader': None,
    'default_hooks.checkpoint.save_best': None,
    'default_hooks.pictures': None,
    'default_hooks.curves': None,
}
TEACHER = 'model.data_preprocessor.batch_transforms.teacher'


def settings_of(strategies: Sequence[str], backbone: dict, folder: Path) -> dict[str, Any]:
    """Return the settings that strategies leave to a config: patches, teachers, unpaired data."""
    settings: dict[str, Any] = {}
    if {'amsnet', 'amsnet_finetuning'} & set(strategies):
        settings['train_dataloader.dataset.pipeline.patch.size'] = 80  # sub-images of 16 x 16
    if 'apbsn' in strategies:
        settings['train_dataloader.dataset.pipeline.patch.size'] = 140  # mosaics of 160 x 160
    if 'rd' in strategies:
        settings[f'{TEACHER}.backbone'] = NETWORKS['ATBSN']
        settings[f'{TEACHER}.checkpoint'] = write_weights(NETWORKS['ATBSN'], folder / 'teacher.pth')
    if 'self_training' in strategies:
        settings[f'{TEACHER}.backbone'] = dict(_delete_=True, **backbone)
        settings[f'{TEACHER}.checkpoint'] = write_weights(backbone, folder / 'before.pth')
        settings['load_from'] = str(folder / 'before.pth')
    if 'two_stage' in strategies:
        settings[f'{TEACHER}.backbone'] = dict(_delete_=True, **backbone)
        settings[f'{TEACHER}.checkpoint'] = write_weights(backbone, folder / 'first.pth')
        settings['load_from'] = str(folder / 'first.pth')
    if {'adversarial', 'two_stage'} & set(strategies):
        settings['model.discriminator'] = dict(channels=8, num_layers=2)
        photographs = open_config('supervised/quickstart').train_dataloader.dataset.to_dict()
        photographs['pipeline']['patch']['size'] = 32
        settings['train_dataloader.dataset'] = dict(
            _delete_=True,
            type='UnpairedDataset',
            degraded=photographs,
            clean=dict(photographs, split='test'),
        )
    return settings


def small_run(
    strategies: Sequence[str],
    network: str,
    folder: Path,
    overrides: Mapping[str, Any] | None = None,
) -> Runner:
    """Return the runner of a training of three iterations, not yet begun."""
    small = dict(SMALL)
    settings = settings_of(strategies, NETWORKS[network], folder)
    if 'train_dataloader.dataset' in settings:
        del small['train_dataloader.dataset.pipeline.patch.size']
    backbone = {'model.backbone': dict(_delete_=True, **NETWORKS[network])}
    changes = {**small, **backbone, **settings, **(overrides or {})}
    config = open_config('supervised/quickstart', changes, strategies)
    config.work_dir = str(folder / 'run')
    config.experiment_name = f'{"_".join(strategies)}_{network}_{folder.name}'
    return Runner.from_cfg(config)


def write_weights(backbone: dict, path: Path) -> str:
    """Write seeded weights of a network as released files hold them; return their path."""
    torch.manual_seed(5)
    torch.save(MODELS.build(backbone).state_dict(), path)
    return str(path)


def losses_of(runner: Runner) -> list[float]:
    """Return the losses of all iterations so far."""
    return [float(loss) for loss in runner.message_hub.get_scalar('train/loss').data[0]]
