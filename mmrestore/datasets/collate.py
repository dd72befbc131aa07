"""What a data worker does besides reading: starting up and stacking samples to a batch."""

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
    """Stack packed samples: ``inputs`` (N, C, H, W), as bytes, and one stacked ``DataSample``.

    Stacking in the worker lets one copy a tensor cross to the device instead of one an image.

    Raises:
        ValueError: the images of the batch differ in size or in depth.
    """
    depths = sorted({str(sample['inputs'].dtype) for sample in samples})
    if len(depths) > 1:
        raise ValueError(
            f'images of one batch must have one depth, got {depths}: convert the files to 8 or 16 '
            'bit, or use batch_size=1'
        )
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
    """Let a data worker end only with its main process.

    Schedulers and terminals signal whole process groups. The main process then saves before it
    ends its workers; without them it could not go on until then.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Python's own module, which has this function on Linux.
    if hasattr(signal, 'sigwaitinfo'):
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        threading.Thread(target=_wait_for_parent, args=[os.getppid()], daemon=True).start()


def _wait_for_parent(parent: int) -> None:
    while signal.sigwaitinfo([signal.SIGTERM]).si_pid != parent:
        pass
    os._exit(0)
