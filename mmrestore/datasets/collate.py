"""What a data worker does besides reading: starting up and stacking samples to a batch."""

from __future__ import annotations

import signal
from collections.abc import Sequence

import cv2
import torch
from mmengine.registry import FUNCTIONS

from mmrestore.structures import DataSample


@FUNCTIONS.register_module()
def collate(samples: Sequence[dict]) -> dict:
    """Stack packed samples: ``inputs`` (N, C, H, W), as bytes, and one stacked ``DataSample``.

    Stacking in the worker lets one copy a tensor cross to the device instead of one an image.

    Raises:
        ValueError: the images of the batch differ in size.
    """
    sizes = sorted({tuple(sample['inputs'].shape) for sample in samples})
    if len(sizes) > 1:
        raise ValueError(
            f'images of one batch must have one size, got {sizes}: crop them to one size, load '
            'them with one number of channels, or use batch_size=1'
        )
    return {
        'inputs': torch.stack([sample['inputs'] for sample in samples]),
        'data_samples': DataSample.stack([sample['data_samples'] for sample in samples]),
    }


@FUNCTIONS.register_module()
def init_worker(worker_id: int) -> None:
    """Prepare a data worker.

    A signal that asks the whole process group to end must reach the main process only, which then
    saves and ends its workers; and a worker is one process of many, so it keeps to one thread.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    cv2.setNumThreads(0)
