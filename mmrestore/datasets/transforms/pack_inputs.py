"""The last transform: from arrays to what the model takes."""

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
    """Make ``{'inputs': (C, H, W) tensor, 'data_samples': DataSample}`` of the results.

    Tensors keep the type of the arrays (uint8, uint16 or float32), so that bytes are sent to the
    device. They are copies: a patch does not keep its whole image in memory, and nothing that is
    done to a sample reaches the cache. ``gt_img`` is there if the results have a ``gt``; meta data
    are ``path``, ``dataset`` and, where the data set states one, ``title``.
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
