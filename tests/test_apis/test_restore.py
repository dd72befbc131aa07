"""Restoring arrays and files."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_components import tiny_config

from mmrestore.apis import init_restorer, restore, restore_files, write_image
from mmrestore.commands import main
from mmrestore.datasets.image_file import read_image


@pytest.fixture
def identity(tmp_path):
    """A checkpoint of a network that returns its input, and its config."""
    config = tiny_config(tmp_path / 'run')
    restorer = init_restorer(config, device='cpu')
    torch.nn.init.zeros_(restorer.backbone.last.weight)
    torch.nn.init.zeros_(restorer.backbone.last.bias)
    torch.save({'state_dict': restorer.state_dict()}, tmp_path / 'identity.pth')
    config.dump(tmp_path / 'config.py')
    return tmp_path / 'config.py', tmp_path / 'identity.pth'


def picture(dtype=np.uint8, channels: int = 3) -> np.ndarray:
    full_scale = np.iinfo(dtype).max
    return np.random.default_rng(0).integers(0, full_scale, (13, 17, channels)).astype(dtype)


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_the_identity_returns_the_image_in_its_type(identity, dtype):
    restorer = init_restorer(*identity, device='cpu')
    assert not restorer.training
    image = picture(dtype)
    assert np.array_equal(restore(restorer, image), image)
    unit = image.astype(np.float32) / np.iinfo(dtype).max
    assert np.allclose(restore(restorer, unit), unit, atol=1e-6)


def test_files_and_folders_keep_their_places(identity, tmp_path):
    names = ['a.png', 'below/b.png']
    for name in names:
        write_image(tmp_path / 'in' / name, picture())
    write_image(tmp_path / 'single.png', picture(np.uint16))
    network = f'--config {identity[0]} --checkpoint {identity[1]} --device cpu'
    options = f'--output {tmp_path}/out --tile 8 --overlap 2 --self-ensemble'
    main(f'restore {tmp_path}/in {tmp_path}/single.png {network} {options}'.split())
    for name in names:
        assert np.array_equal(read_image(tmp_path / 'out' / name), picture())
    assert np.array_equal(read_image(tmp_path / 'out' / 'single.png'), picture(np.uint16))
    assert not list((tmp_path / 'out').rglob('*.writing'))


def test_bad_inputs_are_named_before_anything_is_written(identity, tmp_path):
    restorer = init_restorer(*identity, device='cpu')
    write_image(tmp_path / 'good.png', picture())
    (tmp_path / 'bad.png').write_bytes(b'no image')
    (tmp_path / 'empty').mkdir()
    with pytest.raises(ValueError, match=r'bad.png'):
        restore_files(restorer, [tmp_path / 'good.png', tmp_path / 'bad.png'], tmp_path / 'out')
    with pytest.raises(ValueError, match=r'no image .*empty'):
        restore_files(restorer, [tmp_path / 'empty'], tmp_path / 'out')
    write_image(tmp_path / 'other' / 'good.png', picture())
    with pytest.raises(ValueError, match='would both be written to'):
        restore_files(restorer, [tmp_path / 'good.png', tmp_path / 'other'], tmp_path / 'out')
    assert not (tmp_path / 'out').exists()
    with pytest.raises(ValueError, match=r'good.png would be overwritten'):
        restore_files(restorer, [tmp_path / 'good.png'], tmp_path)


def test_a_config_is_not_changed_by_its_use(tmp_path):
    config = tiny_config(tmp_path)
    for _ in range(2):
        parts = dict(self_ensemble=dict(type='SelfEnsemble'))
        restorer = init_restorer(config, device='cpu', inference=parts)
        assert restorer.predictor.net is restorer.backbone


def test_given_decorators_are_around_those_of_the_config(tmp_path):
    config = tiny_config(tmp_path, model__inference=dict(pad=dict(type='Pad')))
    more = dict(mean=dict(type='MeanOfRuns', num_runs=2))
    tile = dict(type='Tile', size=8, overlap=2)
    predictor = init_restorer(config, device='cpu', inference=more, tile=tile).predictor
    names = [type(part).__name__ for part in (predictor, predictor.net, predictor.net.net)]
    assert names == ['MeanOfRuns', 'Tile', 'Pad']
    bare = init_restorer(config, device='cpu', inference=dict(pad=None))
    assert bare.predictor is bare.backbone
    config.model.inference = [dict(type='Pad')]  # the form of earlier versions
    old = init_restorer(config, device='cpu', inference=[dict(type='Pad', margin=1)]).predictor
    assert (old.margin, old.net.margin) == (1, 0)


def test_a_missing_checkpoint_and_one_of_another_network_are_named(identity, tmp_path):
    with pytest.raises(FileNotFoundError, match=r'no file of weights .*nowhere.pth'):
        init_restorer(identity[0], tmp_path / 'nowhere.pth')
    with pytest.raises(ValueError, match=r'does not fit TinyNet .*first.weight \(4, 3, 3, 3\)'):
        init_restorer(*identity, overrides={'model.backbone.width': 5})
    (tmp_path / 'broken.pth').write_bytes(identity[1].read_bytes()[:-50])
    with pytest.raises(ValueError, match=r'broken.pth cannot be read as weights'):
        init_restorer(identity[0], tmp_path / 'broken.pth')
