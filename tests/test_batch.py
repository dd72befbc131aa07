"""The batch of the examples."""

from __future__ import annotations

import importlib.util
import multiprocessing
import sys
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config

import mmrestore
from mmrestore.apis import init_restorer, write_image
from mmrestore.config import config_text
from mmrestore.datasets.image_file import read_image

BATCH = Path(__file__).parents[1] / 'examples' / 'batch' / 'batch.py'


def test_many_pictures_in_processes_and_threads(tmp_path, monkeypatch, capsys):
    spec = importlib.util.spec_from_file_location('batch', BATCH)
    batch = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, 'batch', batch)
    spec.loader.exec_module(batch)
    # Spawned processes would take seconds to import PyTorch.
    forked = multiprocessing.get_context('fork')
    monkeypatch.setattr(multiprocessing, 'get_context', lambda method: forked)

    net = dict(type='DnCNN', channels=4, num_layers=3, in_channels=3)
    losses = dict(pixel=dict(type='L1Loss'))
    config = Config(dict(model=dict(type='Restorer', backbone=net, losses=losses)))
    weights = init_restorer(config, device='cpu').state_dict()
    checkpoint = tmp_path / 'a.pth'
    torch.save({'state_dict': weights, 'meta': {'cfg': config_text(config)}}, checkpoint)
    images = np.random.default_rng(0).integers(0, 256, (5, 9, 13, 3), np.uint8)
    for i, image in enumerate(images):
        write_image(tmp_path / 'in' / f'{i}.png', image)
    (tmp_path / 'in' / 'broken.png').write_bytes(b'no image')
    output = tmp_path / 'out'
    write_image(output / '4.png', images[4])  # of an earlier run

    assert batch.main([str(path) for path in (checkpoint, output, tmp_path / 'in')]) == 1
    printed = capsys.readouterr()
    assert 'broken.png' in printed.err and printed.err.count('\n') == 1
    assert '4 pictures, 1 were there already' in printed.out
    restorer = mmrestore.load(checkpoint)
    for i, image in enumerate(images):
        expected = image if i == 4 else restorer(image)
        np.testing.assert_array_equal(read_image(output / f'{i}.png'), expected)
