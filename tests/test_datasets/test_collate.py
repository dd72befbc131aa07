"""Stacking packed samples."""

from __future__ import annotations

import subprocess

import pytest
import torch

from mmrestore.datasets.collate import collate, init_worker
from mmrestore.structures import DataSample


def packed(height: int, target: bool = True) -> dict:
    image = torch.arange(3 * height * 5).view(3, height, 5).byte()
    fields = {'gt_img': image + 1} if target else {}
    return {
        'inputs': image,
        'data_samples': DataSample(metainfo=dict(path=f'{height}.png', dataset='d'), **fields),
    }


def test_bytes_stay_bytes_and_every_field_is_stacked():
    batch = collate([packed(4), packed(4)])
    assert batch['inputs'].shape == (2, 3, 4, 5)
    assert batch['inputs'].dtype == torch.uint8
    assert torch.equal(batch['data_samples'].gt_img, batch['inputs'] + 1)
    assert batch['data_samples'].path == ['4.png', '4.png']
    assert [s.path for s in batch['data_samples'].split()] == ['4.png', '4.png']


def test_sizes_that_differ_are_named():
    with pytest.raises(ValueError, match=r'the same size, got \[\(3, 4, 5\), \(3, 6, 5\)\]'):
        collate([packed(4), packed(6)])


def test_fields_that_differ_are_named():
    with pytest.raises(ValueError, match='same fields'):
        collate([packed(4), packed(4, target=False)])


def test_depths_that_differ_are_named():
    deep = packed(4)
    deep['inputs'] = deep['inputs'].to(torch.uint16)
    with pytest.raises(
        ValueError, match=r"the same bit depth, got \['torch.uint16', 'torch.uint8'\]"
    ):
        collate([packed(4), deep])


class Numbers(torch.utils.data.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return torch.tensor(index)


def test_workers_survive_a_signal_to_the_process_group_but_end_with_their_parent():
    loader = torch.utils.data.DataLoader(
        Numbers(), num_workers=1, worker_init_fn=init_worker, persistent_workers=True
    )
    batches = iter(loader)
    assert next(batches) == 0
    (worker,) = loader._iterator._workers
    subprocess.run(['kill', '-TERM', str(worker.pid)], check=True)  # sent by another process
    assert [int(batch) for batch in batches] == [1, 2, 3]
    worker.terminate()  # sent by the parent
    worker.join(10)
    assert worker.exitcode == 0
