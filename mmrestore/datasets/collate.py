"""Batching of samples and initialization of data workers."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence

import torch

from mmrestore.registry import FUNCTIONS
from mmrestore.structures import DataSample


@FUNCTIONS.register_module()
def collate(samples: Sequence[dict]) -> dict:
    """Stack packed samples: ``inputs`` (N, C, H, W) in their own dtype, and one ``DataSample``.

    Stacking in the worker needs one copy to the device per tensor instead of one per image.

    Raises:
        ValueError: the images of the batch differ in size or bit depth.
    """
    depths = sorted({str(sample['inputs'].dtype) for sample in samples})
    if len(depths) > 1:
        raise ValueError(
            f'images of a batch must have the same bit depth, got {depths}: convert the files to '
            '8 or 16 bit, or use batch_size=1'
        )
    sizes = sorted({tuple(sample['inputs'].shape) for sample in samples})
    if len(sizes) > 1:
        raise ValueError(
            f'images of a batch must have the same size, got {sizes}: crop them to the same size, '
            'load them with the same number of channels, or use batch_size=1'
        )
    return {
        'inputs': torch.stack([sample['inputs'] for sample in samples]),
        'data_samples': DataSample.stack([sample['data_samples'] for sample in samples]),
    }


@FUNCTIONS.register_module()
def init_worker(worker_id: int) -> None:
    """Let a data worker ignore signals except those of its main process.

    Schedulers and terminals send signals to whole process groups. The main process needs its
    workers until it has saved a checkpoint, and then ends them.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # This function of Python's signal module is available on Linux.
    if hasattr(signal, 'sigwaitinfo'):
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        threading.Thread(target=_wait_for_parent, args=[os.getppid()], daemon=True).start()


def _wait_for_parent(parent: int) -> None:
    while signal.sigwaitinfo([signal.SIGTERM]).si_pid != parent:
        pass
    os._exit(0)
