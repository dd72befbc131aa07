"""Packing of arrays into model inputs, the last transform of a pipeline."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmrestore.datasets.transforms.base import Transform
from mmrestore.registry import TRANSFORMS
from mmrestore.structures import DataSample


@TRANSFORMS.register_module()
class PackInputs(Transform):
    """Pack the results as ``{'inputs': (C, H, W) tensor, 'data_samples': DataSample}``.

    Tensors keep the dtype of the arrays (uint8, uint16 or float32), so that bytes are sent to the
    device. They are copies: a patch does not keep its whole image in memory, and changes of a
    sample do not reach the cache. ``gt_img`` is set if the results have ``gt``; the metadata are
    ``path``, ``dataset`` and, if available, ``title``.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Pack one sample."""
        sample = DataSample(metainfo={'path': results['img_path'], 'dataset': results['dataset']})
        if 'title' in results:
            sample.set_metainfo({'title': results['title']})
        if 'gt' in results:
            sample.set_field(_to_tensor(results['gt']), 'gt_img')
        return {'inputs': _to_tensor(results['img']), 'data_samples': sample}


def _to_tensor(image: np.ndarray) -> Tensor:
    return torch.from_numpy(image.transpose(2, 0, 1).copy())  # (C, H, W)
