"""Files for the servers of SIDD and DND: what is in them, and that a killed run goes on."""

import base64
import csv

import numpy as np
import pytest
from mmengine.registry import init_default_scope
from scipy.io import loadmat, savemat
from torch import nn

from mmrestore.apis import dnd_submission, sidd_submission
from mmrestore.apis.submission import RECORD
from mmrestore.commands import main
from mmrestore.files import read_json
from mmrestore.models.restorers import Restorer
from mmrestore.registry import MODELS

CONFIG = """
model = dict(type='Restorer', backbone=dict(type='Dimmer', factor=0.5), losses=dict())
"""


@MODELS.register_module()
class Dimmer(nn.Module):
    """Multiplies by a number, which is no parameter, and fails at the given call."""

    scale = size_multiple = 1
    calls, fails_at = 0, None

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x):
        Dimmer.calls += 1
        if Dimmer.calls == Dimmer.fails_at:
            raise KeyboardInterrupt
        return x * self.factor


@pytest.fixture
def restorer(monkeypatch):
    monkeypatch.setattr(Dimmer, 'calls', 0)
    monkeypatch.setattr(Dimmer, 'fails_at', None)
    init_default_scope('mmrestore')
    return Restorer(dict(type='Dimmer', factor=0.5), losses={}).eval()


@pytest.fixture
def sidd(tmp_path):
    blocks = np.random.default_rng(0).integers(0, 256, (2, 3, 8, 9, 3)).astype(np.uint8)
    name = 'BenchmarkNoisyBlocksSrgb'
    savemat(tmp_path / f'{name}.mat', {name: blocks})
    return blocks


@pytest.fixture
def dnd(tmp_path):
    (tmp_path / 'images_srgb').mkdir()
    images = np.random.default_rng(1).random((2, 20, 21, 3)).astype(np.float32)
    cells = np.empty((1, 2), object)
    for i, image in enumerate(images):
        savemat(tmp_path / f'images_srgb/{i + 1:04d}.mat', {'InoisySRGB': image})
        cells[0, i] = np.array([[1, 1, 16, 16], [5, 6, 20, 21], [2, 3, 17, 18]])
    savemat(tmp_path / 'info.mat', {'info': {'boundingboxes': cells}})
    return images


def test_sidd_round_trip(restorer, sidd, tmp_path):
    out = tmp_path / 'out'
    blocks, timing = sidd_submission.restore_sidd(restorer, tmp_path, out, made_with='a')
    expected = np.round(sidd / 255 * 0.5 * 255).astype(np.uint8)  # halves to even
    np.testing.assert_array_equal(blocks, expected)
    assert timing.pixels == 6 * 72 and timing.seconds > 0
    details = {'MethodName': 'dimmer'}
    path = sidd_submission.write_sidd_mat(out, blocks, seconds_per_megapixel=1.5, details=details)
    content = loadmat(path)
    assert content['DenoisedBlocksSrgb'].shape == (2, 3)
    for place in np.ndindex(2, 3):
        cell = content['DenoisedBlocksSrgb'][place]
        assert cell.dtype == np.uint8
        np.testing.assert_array_equal(cell, expected[place])
    assert content['TimeMPSrgb'].item() == 1.5
    assert content['OptionalData']['MethodName'].item() == ['dimmer']
    with open(sidd_submission.write_sidd_csv(out, blocks), newline='') as file:
        rows = list(csv.DictReader(file))
    assert [row['ID'] for row in rows] == list('012345')
    decoded = [np.frombuffer(base64.b64decode(row['BLOCK']), np.uint8) for row in rows]
    np.testing.assert_array_equal(np.stack(decoded).reshape(expected.shape), expected)
    assert not list(out.rglob('*.writing'))
    with pytest.raises(ValueError, match='expected uint8 blocks'):
        sidd_submission.write_sidd_csv(out, blocks / 255)


def test_dnd_round_trip(restorer, dnd, tmp_path):
    out = tmp_path / 'out'
    files, _ = dnd_submission.restore_dnd(restorer, tmp_path, out, made_with='a')
    assert {name: [f.name for f in of] for name, of in files.items()} == {
        name: [f'{name}_0{k}.mat' for k in (1, 2, 3)] for name in ('0001', '0002')
    }
    crop = loadmat(out / 'boxes/0002_02.mat')['Idenoised_crop']
    assert crop.dtype == np.float32
    np.testing.assert_allclose(crop, 0.5 * dnd[1][4:20, 5:21], atol=1e-7)  # not rounded
    written = dnd_submission.bundle_dnd(files, out)
    assert [path.name for path in written] == ['0001.mat', '0002.mat']
    bundle = loadmat(written[1])
    assert bundle['Idenoised'].shape == (1, 3)
    np.testing.assert_array_equal(bundle['Idenoised'][0, 1], crop)
    assert bundle['israw'].item() == 0 and bundle['eval_version'].item() == '1.0'
    files['0001'][1].unlink()
    with pytest.raises(ValueError, match=r'0001_02\.mat'):
        dnd_submission.bundle_dnd(files, out)
    with pytest.raises(ValueError, match='floating-point'):
        dnd_submission.write_box(out / 'x.mat', np.zeros((2, 2, 3), np.uint8))


def test_a_killed_run_goes_on_where_it_was(restorer, sidd, tmp_path):
    out = tmp_path / 'out'
    Dimmer.fails_at = 4
    with pytest.raises(KeyboardInterrupt):
        sidd_submission.restore_sidd(restorer, tmp_path, out, made_with='a')
    assert len(list((out / 'blocks').glob('*.png'))) == 3
    Dimmer.calls, Dimmer.fails_at = 0, None
    blocks, timing = sidd_submission.restore_sidd(restorer, tmp_path, out, made_with='a')
    assert Dimmer.calls == 3 and timing.pixels == 6 * 72
    assert read_json(out / RECORD)['pixels'] == 6 * 72
    np.testing.assert_array_equal(blocks, np.round(sidd * 0.5).astype(np.uint8))
    with pytest.raises(ValueError, match='results of another config or checkpoint'):
        sidd_submission.restore_sidd(restorer, tmp_path, out, made_with='b')


def test_the_commands(sidd, dnd, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Dimmer, 'fails_at', None)
    (tmp_path / 'dimmer.py').write_text(CONFIG)
    words = [str(tmp_path / 'dimmer.py'), '--root', str(tmp_path), '--device', 'cpu', '--output']
    main(['submit', 'sidd', *words, str(tmp_path / 'sidd'), '--method', 'dimmer'])
    main(['submit', 'dnd', *words, str(tmp_path / 'dnd')])
    output = capsys.readouterr().out
    for line in ('6 blocks, ', 'SubmitSrgb.mat', 'SubmitSrgb.csv', '6 boxes, ', 'bundled, 2 files'):
        assert line in output
    assert len(list((tmp_path / 'dnd').rglob('*.mat'))) == 8
    brighter = ['--cfg-options', 'model.backbone.factor=0.75']
    for name in ('sidd', 'dnd'):
        with pytest.raises(SystemExit):
            main(['submit', name, *words, str(tmp_path / name), *brighter])
        assert 'another config or checkpoint' in capsys.readouterr().err
    (tmp_path / 'net.py').write_text(CONFIG.replace("'Dimmer', factor=0.5", "'TinyNet'"))
    with pytest.raises(SystemExit):
        main(['submit', 'sidd', str(tmp_path / 'net.py'), *words[1:], str(tmp_path / 'x')])
    assert 'a network with weights: give a checkpoint' in capsys.readouterr().err
    assert not (tmp_path / 'x').exists()
    assert (tmp_path / 'sidd' / RECORD).is_file()
