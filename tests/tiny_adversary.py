"""A discriminator, and a config of its training, that are small enough to train in a second."""

from __future__ import annotations

from pathlib import Path

import torch
from mmengine.config import Config
from tiny_components import tiny_config
from torch import Tensor, nn

from mmrestore.registry import BATCH_TRANSFORMS, MODELS
from mmrestore.structures import DataSample


@MODELS.register_module()
class TinyDiscriminator(nn.Module):
    """Two convolutions, so that images of any size give logits of patches; no batch statistics."""

    def __init__(self, width: int = 4, factor: float = 1.0) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, width, 3, stride=2, padding=1)
        self.last = nn.Conv2d(width, 1, 3, stride=2, padding=1)
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return self.factor * self.last(nn.functional.leaky_relu(self.first(x), 0.2, inplace=True))


@MODELS.register_module()
class TinyEnlargingNet(nn.Module):
    """Doubles the size of images."""

    scale = 2
    size_multiple = 1

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 12, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.pixel_shuffle(self.conv(x), 2)


@BATCH_TRANSFORMS.register_module()
class PoisonedRealImage:
    """Makes the clean images infinite at the given call."""

    def __init__(self, call: int) -> None:
        self.call, self.calls = call, 0

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        self.calls += 1
        if self.calls == self.call:
            data_samples.real_img = torch.full_like(data_samples.real_img, float('inf'))
        return inputs, data_samples


@BATCH_TRANSFORMS.register_module()
class BlackAndWhite:
    """Makes inputs and targets black and clean images white."""

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        data_samples.real_img = torch.ones_like(data_samples.real_img)
        data_samples.gt_img = torch.zeros_like(inputs)
        return torch.zeros_like(inputs), data_samples


def tiny_gan_config(work_dir: Path, **options) -> Config:
    """Return a config with ``options``, by dotted key with ``__`` for the dot."""
    config = tiny_config(work_dir)
    config.custom_imports.imports = ['tiny_components', 'tiny_adversary']
    config.model.update(
        type='GANRestorer',
        discriminator=dict(type='TinyDiscriminator'),
        losses=dict(pixel=dict(type='MSELoss')),
        adversarial=dict(type='AdversarialLoss', loss_weight=0.1),
    )
    config.train_dataloader.dataset = dict(
        type='UnpairedDataset',
        degraded=dict(type='TinyImages'),
        clean=dict(type='TinyImages', length=7, name='clean'),
    )
    wrapper = dict(type='OptimWrapper', clip_grad=dict(max_norm=1))
    config.pop('optim_wrapper')
    config.optim_wrapper = dict(
        backbone=dict(wrapper, optimizer=dict(type='Adam', lr=1e-2)),
        discriminator=dict(wrapper, optimizer=dict(type='Adam', lr=2e-2, betas=(0.5, 0.99))),
    )
    config.merge_from_dict({key.replace('__', '.'): value for key, value in options.items()})
    return config
