"""Degraded images with unpaired clean images."""

from __future__ import annotations

from typing import Any

from torch.utils.data import Dataset

from mmrestore.datasets.sample_key import SampleKey, other_key
from mmrestore.registry import DATASETS

CLEAN = 1  # random stream of the clean images


@DATASETS.register_module()
class UnpairedDataset(Dataset):
    """Samples of one data set, each with a random unpaired clean image of another data set.

    ``real_img`` is added to each sample of the degraded data set. It is the input of a sample of
    the clean data set in its own dtype, usually uint8. All clean images are equally likely. The
    choice of the clean image, its crop and its orientation depend only on the sample key and are
    independent of the draws for the degraded image.

    For networks that upscale, the pipeline of the clean data set must crop patches ``scale`` times
    as large.

    Args:
        degraded: data set, or its config, of the inputs, usually single images.
        clean: data set, or its config, whose inputs are clean images. They must not be the clean
            versions of the degraded images: the data would not be unpaired.
        name: name of the data set; the name of ``degraded`` if None.

    Raises:
        ValueError: the clean data set is empty or has fixed patches, which are not supported.

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
        # Data sets of other packages may lack the attribute.
        if getattr(self.clean, 'fixed_patches', None) is not None:
            raise ValueError(
                'UnpairedDataset draws a new clean image for each sample: remove fixed_patches '
                'from its clean data set'
            )
        if len(self.clean) == 0:
            raise ValueError(
                'the clean data set of an UnpairedDataset needs at least one image, got none: '
                'check its folder or list'
            )
        self.name = name or self.degraded.metainfo['name']

    @property
    def metainfo(self) -> dict[str, str]:
        """Metadata of the data set for MMEngine's metrics."""
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
        """Return the key of the clean image of a sample."""
        return other_key(key, len(self.clean), CLEAN)
