"""Degraded images, and clean ones that have nothing to do with them."""

from __future__ import annotations

from typing import Any

from torch.utils.data import Dataset

from mmrestore.datasets.sample_key import SampleKey, other_key
from mmrestore.registry import DATASETS

CLEAN = 1  # stream of the clean side


@DATASETS.register_module()
class UnpairedDataset(Dataset):
    """The samples of one data set, each with a clean image of another one drawn at random.

    A sample is that of the degraded side, to which ``real_img``, the input of a sample of the clean
    side, is added in its own type, bytes as a rule. Every image of the clean side is equally
    likely. Which one comes, and how it is cropped and turned, depends on the key of the sample
    alone and is independent of what is drawn for the degraded image.

    For a network that enlarges, the pipeline of the clean side crops patches that are ``scale``
    times as large.

    Args:
        degraded: data set, or its config, that gives the inputs, single images as a rule.
        clean: data set, or its config, whose inputs are clean images; they must not be the clean
            versions of the degraded ones, or the data is not what it pretends to be.
        name: name of the data set; by default that of the degraded side.

    Raises:
        ValueError: the clean side has no images, or keeps to fixed patches, which it cannot.

    Examples:
        >>> from mmrestore.datasets import EmbeddedPhotographs
        >>> steps = [dict(type='LoadImage'), dict(type='RandomCrop', size=32)]
        >>> steps.append(dict(type='PackInputs'))
        >>> sides = [EmbeddedPhotographs(split, pipeline=steps) for split in ('test', 'train')]
        >>> sample = UnpairedDataset(*sides)[0]
        >>> sample['inputs'].shape, sample['data_samples'].real_img.shape
        (torch.Size([3, 32, 32]), torch.Size([3, 32, 32]))
    """

    def __init__(self, degraded: Any, clean: Any, *, name: str | None = None) -> None:
        self.degraded = DATASETS.build(degraded) if isinstance(degraded, dict) else degraded
        self.clean = DATASETS.build(clean) if isinstance(clean, dict) else clean
        # Any data set may be the clean side; ours state whether they keep to fixed patches.
        if getattr(self.clean, 'fixed_patches', None) is not None:
            raise ValueError(
                'the clean side of an UnpairedDataset is drawn anew for every sample: leave its '
                'fixed_patches out'
            )
        if len(self.clean) == 0:
            raise ValueError(
                'the clean side of an UnpairedDataset needs images to draw from, got none: check '
                'its folder or list'
            )
        self.name = name or self.degraded.metainfo['name']

    @property
    def metainfo(self) -> dict[str, str]:
        """Facts about the data set, for MMEngine's metrics."""
        return {'name': self.name}

    def __len__(self) -> int:
        return len(self.degraded)

    def __getitem__(self, key: SampleKey | int) -> dict[str, Any]:
        """Return the packed sample of ``key`` with its ``real_img``."""
        sample = self.degraded[key]
        clean = self.clean[self.clean_key(key)]
        sample['data_samples'].set_field(clean['inputs'], 'real_img')
        return sample

    def clean_key(self, key: SampleKey | int) -> SampleKey:
        """Return the key of the clean image that belongs to a sample."""
        return other_key(key, len(self.clean), CLEAN)
