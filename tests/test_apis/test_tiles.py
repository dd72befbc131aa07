"""Tiles from the sides of a user: options, tests of data sets, the check of the difference."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from exit_status import exit_status
from tiny_components import tiny_config
from trainings import train

import mmrestore
from mmrestore.apis import init_restorer, test, write_image
from mmrestore.apis.check_tiles import tile_difference
from mmrestore.apis.tiles import tile_config, training_patch, with_tiles_in_test
from mmrestore.config import config_text, open_config
from mmrestore.models.inference import AutoTile
from mmrestore.models.inference import auto_tile as module
from mmrestore.models.inference.base import decorated

IMAGE = np.random.default_rng(0).integers(0, 256, (150, 170, 3)).astype(np.uint8)
NAFNET = {'type': 'NAFNet', 'channels': 4, 'num_middle_blocks': 0}
NAFNET |= {'encoder_depths': [1], 'decoder_depths': [1], '_delete_': True}
NETWORKS = {
    'DnCNN': {'type': 'DnCNN', 'channels': 4, 'num_layers': 3, 'in_channels': 3},
    'gray DnCNN': {'type': 'DnCNN', 'channels': 4, 'num_layers': 3, 'in_channels': 1},
    'EDSR': {'type': 'EDSR', 'channels': 4, 'num_blocks': 1, 'scale': 2},
    'SwinIR': {'type': 'SwinIR', 'embed_channels': 4, 'depths': [1], 'num_heads': [1]},
    'UNet': {'type': 'UNet', 'channels': 4},
}


def tiny_restorer(net: dict, tile: str | int, *, inference: dict | None = None):
    config = tiny_config('none', model__backbone={'_delete_': True, **net})
    torch.manual_seed(0)
    model = init_restorer(config, device='cpu', inference=inference, tile=tile)
    for parameter in model.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return model


def differences(line: str) -> tuple[float, float]:
    return tuple(float(value) for value in re.findall(r'\d\.\d+e[+-]\d+', line))


@pytest.mark.parametrize('tile', ['auto', 64])
@pytest.mark.parametrize('name', NETWORKS)
def test_the_printed_difference_is_that_of_tiles_and_whole(name, tile, tmp_path, monkeypatch):
    file = tmp_path / 'a.png'
    write_image(file, IMAGE)
    tile = 128 if (name, tile) == ('UNet', 64) else tile  # four times what it is a multiple of
    model = tiny_restorer(NETWORKS[name], tile)
    line = tile_difference(model, file)
    most, mean = differences(line)
    assert mean <= most < 2e-5 and '150 x 170 pixels' in line  # all see less than they overlap
    if 'gray' not in name:
        # The whole image as a user gets it, and in tiles, for which memory is made scarce.
        whole = mmrestore.apis.restore(tiny_restorer(NETWORKS[name], 'none'), IMAGE / 255)
        predictor = model.predictor
        if tile == 'auto':
            predictor.memory = 500_000
        tiled = mmrestore.apis.restore(model, IMAGE / 255)
        assert np.abs(tiled - whole).max() < most + 2e-5


def test_a_network_that_sees_the_whole_image_differs(tmp_path):
    write_image(tmp_path / 'a.png', IMAGE)
    model = tiny_restorer({k: v for k, v in NAFNET.items() if k != '_delete_'}, 'auto')
    with pytest.warns(UserWarning, match='means are taken over windows'):
        most, mean = differences(tile_difference(model, tmp_path / 'a.png'))
    assert most > 2e-6 and 0 < mean < most


def test_a_gray_network_is_checked_on_the_gray_that_it_restores(tmp_path, monkeypatch):
    colors = np.zeros((40, 48, 3), np.uint8)
    colors[..., 2] = 255  # blue: a gray of 29, the average of channels is 85
    write_image(tmp_path / 'blue.png', colors)
    model = tiny_restorer(NETWORKS['gray DnCNN'], 16)
    seen = []
    model.backbone.register_forward_pre_hook(lambda net, x: seen.append(x[0]))
    tile_difference(model, tmp_path / 'blue.png')
    assert (seen[-1] * 255 - 29).abs().max() < 0.5


def test_the_command_prints_the_difference(tmp_path, capsys):
    write_image(tmp_path / 'a.png', IMAGE)
    config = tiny_config(tmp_path / 'run')
    weights = init_restorer(config, device='cpu').state_dict()
    torch.save({'state_dict': weights, 'meta': {'cfg': config_text(config)}}, tmp_path / 'a.pth')
    for tile in ('auto', '64'):
        words = f'restore {tmp_path}/a.png --checkpoint {tmp_path}/a.pth --output {tmp_path}/out'
        words += f' --import tiny_components --tile {tile} --check-tiles --device cpu'
        assert exit_status(*words.split()) == 0
        printed = capsys.readouterr().out
        assert differences(printed)[0] < 1e-5 and 'tiles differ from the whole' in printed
    with pytest.raises(ValueError, match='no tiles to check'):
        tile_difference(init_restorer(config, device='cpu', tile='none'), tmp_path / 'a.png')


def test_a_size_means_tiles_that_overlap_by_what_the_network_sees():
    model = tiny_restorer(NETWORKS['DnCNN'], 32)
    seen = []
    model.backbone.register_forward_pre_hook(lambda net, x: seen.append(tuple(x[0].shape[-2:])))
    x = torch.rand(1, 3, 20, 90)
    with torch.inference_mode():
        tiled = model.predictor(x)
        in_tiles = set(seen[2:])  # after two for the receptive field, of 3 pixels
        assert (tiled - model.backbone(x)).abs().max() < 1e-6
    assert in_tiles == {(20, 29), (20, 32), (20, 15)}
    assert isinstance(tiny_restorer(NETWORKS['DnCNN'], 32).predictor, AutoTile)
    assert tile_config(32, 4) == {'type': 'Tile', 'size': 32, 'overlap': 4}
    with pytest.raises(ValueError, match=r'tiles of at least 32 pixels, got size=8'):
        tiny_restorer(NETWORKS['SwinIR'], 8)


def test_tiles_of_a_size_are_not_larger_whatever_the_network_sees():
    model = tiny_restorer({'type': 'DnCNN', 'channels': 4, 'num_layers': 40, 'in_channels': 3}, 64)
    seen = []
    model.backbone.register_forward_pre_hook(lambda net, x: seen.append(max(x[0].shape[-2:])))
    with torch.inference_mode():
        model.predictor(torch.rand(1, 3, 100, 100))
    assert max(seen[2:]) <= 64


def test_local_means_are_those_of_the_patches_that_were_recorded(tmp_path):
    config = tiny_config(tmp_path, model__backbone=NAFNET)
    config.train_dataloader.dataset.pipeline = dict(
        patch=dict(type='RandomCrop', size=96), other=dict(type='OfAnotherPackage', length=5)
    )
    weights = init_restorer(config, device='cpu').state_dict()
    torch.save({'state_dict': weights, 'meta': {'cfg': config_text(config)}}, tmp_path / 'a.pth')
    read = mmrestore.load(tmp_path / 'a.pth', device='cpu').model
    for model in (read, init_restorer(config, device='cpu', tile='auto')):
        assert decorated(model.predictor._in_tiles).mean_window == 144
    config.train_dataloader.dataset.pipeline.other.size = 5
    unknown = init_restorer(config, device='cpu', tile='auto').predictor
    assert decorated(unknown._in_tiles).mean_window == 384


def test_patches_of_shipped_configs():
    assert training_patch(open_config('supervised/swinir_s')) == 64
    assert training_patch({}) is None


def test_a_test_gives_the_same_numbers_and_fits_into_memory(tmp_path, monkeypatch):
    config = tiny_config(
        tmp_path / 'run',
        train_cfg__max_epochs=1,
        model__backbone={'_delete_': True, **NETWORKS['SwinIR'], 'window_size': 4},
        train_dataloader__dataset__size=8,
        model__inference={'pad': {'type': 'Pad'}},
    )
    config.val_dataloader.dataset.update(size=60, length=2)
    train(config, 'of_tiles')
    checkpoint = tmp_path / 'run' / 'epoch_1.pth'

    def measured(name, **options):
        return test(config, checkpoint, work_dir=tmp_path / name, **options)

    calls = []
    original = module.AutoTile.__call__

    def counted(self, x):
        calls.append(x.shape)
        return original(self, x)

    monkeypatch.setattr(module.AutoTile, '__call__', counted)
    plain = measured('plain', tile='none')
    assert not calls
    assert measured('auto') == plain and len(calls) == 2
    monkeypatch.setattr(module, 'SMALL', 0)
    monkeypatch.setattr(module, 'free_memory', lambda device: 400_000)
    tiled = measured('tiled')
    assert tiled == pytest.approx(plain, abs=1e-4)
    assert measured('of a size', tile=24) == pytest.approx(plain, abs=1e-2)


def test_decorators_of_a_test_see_what_they_see_without_tiles():
    masks = {'masks': {'type': 'ComplementaryMasks'}, 'pad': {'type': 'Pad'}}
    config = tiny_config('none', model__backbone={'_delete_': True, **NETWORKS['SwinIR']})
    config.model.inference = masks
    x, made = torch.rand(1, 3, 13, 21), []
    for tile in ('none', 'auto'):
        config.model.inference = with_tiles_in_test(config, tile)
        torch.manual_seed(0)
        model = init_restorer(config, device='cpu')
        with torch.inference_mode(), model.predicting(x.device):
            made.append(model.predictor(x))
    assert made[0].equal(made[1])
    assert list(config.model.inference) == ['tile', 'masks', 'pad']


def test_tiles_of_the_config_are_kept_in_a_test():
    own = {'tile': {'type': 'Tile', 'size': 64, 'overlap': 8}}
    assert with_tiles_in_test({'model': {'type': 'Restorer', 'inference': own}}, 'auto') == own
    assert with_tiles_in_test({'model': {'type': 'TinyNet'}}, 'auto') == {}
