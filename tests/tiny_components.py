"""A network, a data set and a config that are small enough to train in a second."""

from __future__ import annotations

import copy
import signal
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from torch import Tensor, nn
from torch.utils.data import Dataset

from mmrestore.batch_transforms import BatchTransform
from mmrestore.datasets.sample_key import sample_rng
from mmrestore.registry import BATCH_TRANSFORMS, DATASETS, HOOKS, MODELS
from mmrestore.structures import DataSample


@MODELS.register_module()
class TinyNet(nn.Module):
    """Two convolutions with dropout between them, so that training draws random numbers."""

    scale = 1
    size_multiple = 1

    def __init__(self, width: int = 4, dropout: float = 0.2) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, width, 3, padding=1)
        self.dropout = nn.Dropout(dropout)
        self.last = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.last(self.dropout(self.first(x).relu()))


@DATASETS.register_module()
class TinyImages(Dataset):
    """Images drawn from the key of the sample alone."""

    def __init__(self, length: int = 10, size: int = 8, name: str = 'tiny', pair: bool = False):
        self.length, self.size, self.name, self.pair = length, size, name, pair
        self.metainfo = {'name': name}

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, key) -> dict:
        shape = (3, self.size, self.size)
        image = sample_rng(key).integers(0, 256, shape, dtype=np.uint8)
        fields = {'gt_img': torch.from_numpy(255 - image)} if self.pair else {}
        meta = {'path': f'{key}.png', 'dataset': self.name}
        sample = DataSample(metainfo=meta, **fields)
        return {'inputs': torch.from_numpy(image), 'data_samples': sample}


@BATCH_TRANSFORMS.register_module()
class TinyNoise:
    """Adds Gaussian noise from the global generator."""

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        return inputs + 0.1 * torch.randn_like(inputs), data_samples


@HOOKS.register_module()
class SignalAt(Hook):
    """Lets a signal come to all processes at the beginning of an iteration, counted from 1."""

    def __init__(self, iteration: int, name: str = 'SIGTERM') -> None:
        self.iteration = iteration
        self.number = getattr(signal, name)

    def before_train_iter(self, runner, batch_idx: int, data_batch=None) -> None:
        if runner.iter + 1 == self.iteration:
            signal.raise_signal(self.number)


@BATCH_TRANSFORMS.register_module()
class PoisonedTarget:
    """Makes the target infinite at the given call."""

    def __init__(self, call: int) -> None:
        self.call, self.calls = call, 0

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        self.calls += 1
        if self.calls == self.call:
            data_samples.gt_img = data_samples.gt_img + float('inf')
        return inputs, data_samples


@BATCH_TRANSFORMS.register_module()
class PoisonedImages:
    """Makes images not a number by their paths, as a damaged float image is."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        inputs = inputs.clone()
        for image, path in zip(inputs, data_samples.path, strict=True):
            if any(word in path for word in self.words):
                image[0, 0, 0] = float('nan')
        return inputs, data_samples


@BATCH_TRANSFORMS.register_module()
class RecordDraws(BatchTransform):
    """Writes a random number of every call to a file of its process."""

    def __init__(self, folder: str) -> None:
        self.file = Path(folder) / f'draws_of_rank_{get_rank()}.txt'

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        with open(self.file, 'a') as file:
            file.write(f'{torch.rand(()).item()}\n')
        return inputs, data_samples

    def dry_run(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        return inputs, data_samples


CONFIG = dict(
    default_scope='mmrestore',
    custom_imports=dict(imports=['tiny_components'], allow_failed_imports=False),
    model=dict(
        type='Restorer',
        backbone=dict(type='TinyNet'),
        losses=dict(pixel=dict(type='L1Loss')),
        data_preprocessor=dict(
            type='DataPreprocessor', batch_transforms=dict(noise=dict(type='TinyNoise'))
        ),
    ),
    train_dataloader=dict(
        dataset=dict(type='TinyImages'),
        sampler=dict(type='ResumableSampler'),
        batch_size=2,
        drop_last=True,
    ),
    val_dataloader=dict(
        dataset=dict(type='TinyImages', length=3, pair=True, size=12),
        sampler=dict(type='DefaultSampler', shuffle=False),
        batch_size=1,
    ),
    val_evaluator=dict(type='Evaluator', metrics=[dict(type='PSNR')]),
    train_cfg=dict(type='EpochTrainLoop', max_epochs=4, val_interval=2),
    val_cfg=dict(type='ValLoop'),
    optim_wrapper=dict(
        type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-2), clip_grad=dict(max_norm=1)
    ),
    param_scheduler=[dict(type='StepLR', step_size=2, gamma=0.5, by_epoch=True)],
    default_hooks=dict(
        runtime_info=dict(type='RuntimeInfoHook'),
        timer=dict(type='IterTimerHook'),
        sampler_seed=None,
        logger=dict(type='LoggerHook', interval=2),
        param_scheduler=dict(type='ParamSchedulerHook'),
        checkpoint=dict(type='CheckpointHook', interval=1, save_best='tiny/PSNR'),
        iteration_seed=dict(type='IterationSeedHook'),
        finite_loss=dict(type='FiniteLossHook'),
        throughput=dict(type='ThroughputHook'),
    ),
    custom_hooks=[dict(type='EMAHook', momentum=0.1)],
    randomness=dict(seed=3),
    visualizer=dict(type='Visualizer', vis_backends=[dict(type='LocalVisBackend')]),
    log_level='WARNING',
)


def tiny_config(work_dir: Path, **options) -> Config:
    """Return the config with ``options``, by dotted key with ``__`` for the dot."""
    config = Config(copy.deepcopy(CONFIG))
    config.work_dir = str(work_dir)
    config.merge_from_dict({key.replace('__', '.'): value for key, value in options.items()})
    return config
