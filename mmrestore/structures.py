"""Data samples: targets, predictions and metadata of images."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmengine.structures import BaseDataElement


class DataSample(BaseDataElement):
    """Targets, predictions and metadata of one image or of a batch of images.

    Optional tensor fields:

    - ``gt_img``: target, (C, H, W) for one image, (N, C, H, W) or (N, K, C, H, W) for a batch;
    - ``pred_img``: prediction in [0, 1], shaped like ``gt_img``;
    - ``real_img``: unpaired clean image for a discriminator, shaped like ``gt_img``;
    - ``weight``: loss weight, broadcastable to ``gt_img``.

    Metadata: ``path`` (file of the image), ``dataset`` (name of its data set) and, if known,
    ``title`` (name of the image in the data set). A batch has lists of them.

    Examples:
        >>> one = DataSample(gt_img=torch.zeros(3, 4, 5), metainfo=dict(path='a.png', dataset='a'))
        >>> batch = DataSample.stack([one, one])
        >>> batch.gt_img.shape, batch.path
        (torch.Size([2, 3, 4, 5]), ['a.png', 'a.png'])
        >>> batch.split()[1].path
        'a.png'
    """

    @classmethod
    def stack(cls, samples: Sequence[DataSample]) -> DataSample:
        """Stack samples of single images into a batch sample.

        Raises:
            ValueError: the samples differ in their fields or tensor sizes.
        """
        keys = [set(sample.keys()) for sample in samples]
        if any(k != keys[0] for k in keys):
            raise ValueError(f'a batch needs samples with the same fields, got {keys}')
        batch = cls()
        for key in samples[0].keys():  # noqa: SIM118  a data element is not a mapping
            tensors = [sample.get(key) for sample in samples]
            sizes = sorted({tuple(t.shape) for t in tensors})
            if len(sizes) > 1:
                raise ValueError(
                    f'images of a batch must have the same size, got {key} of {sizes}: crop them '
                    'to the same size or use batch_size=1'
                )
            batch.set_field(torch.stack(tensors), key)
        for key in samples[0].metainfo_keys():
            batch.set_metainfo({key: [sample.get(key) for sample in samples]})
        return batch

    def split(self) -> list[DataSample]:
        """Split a batch into samples of single images; the tensors are views."""
        tensors = dict(self.items())
        lists = dict(self.metainfo_items())
        num = len(next(iter(tensors.values()), next(iter(lists.values()), ())))
        return [
            DataSample(
                metainfo={key: value[i] for key, value in lists.items()},
                **{key: value[i] for key, value in tensors.items()},
            )
            for i in range(num)
        ]

    def pin_memory(self) -> DataSample:
        """Return a copy with tensors in pinned memory (called by PyTorch's data loader)."""
        pinned = self.new()
        for key, value in self.items():
            pinned.set_field(value.pin_memory(), key)
        return pinned
