"""The service of the examples."""

from __future__ import annotations

import io
import runpy
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_components import tiny_config
from trainings import train

fastapi = pytest.importorskip('fastapi', reason='the service needs fastapi')
pytest.importorskip('httpx', reason='the client of its tests needs httpx')
SERVICE = Path(__file__).parents[1] / 'examples' / 'service' / 'service.py'


def test_images_are_restored_and_other_files_refused(tmp_path, monkeypatch):
    from fastapi.testclient import TestClient

    import mmrestore

    config = tiny_config(tmp_path / 'run', train_cfg__max_epochs=1)
    train(config, 'of_the_service')
    checkpoint = tmp_path / 'run' / 'epoch_1.pth'
    monkeypatch.setenv('CHECKPOINT', str(checkpoint))
    image = np.random.default_rng(0).integers(0, 256, (9, 13, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(image).save(file, 'PNG')

    client = TestClient(runpy.run_path(str(SERVICE))['app'])
    answer = client.post('/restore', content=file.getvalue())
    assert answer.status_code == 200
    assert answer.headers['content-type'] == 'image/png'
    restored = np.asarray(Image.open(io.BytesIO(answer.content)))
    expected = mmrestore.load(checkpoint, imports=['tiny_components'])(image)
    np.testing.assert_array_equal(restored, expected)
    assert not np.array_equal(restored, image)

    refused = client.post('/restore', content=b'no image')
    assert refused.status_code == 422 and 'image' in refused.json()['detail']
