"""DnCNN: parameters of the published networks, folded batch norm, released weights."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
import torch
from plain_networks import PlainDnCNN
from safetensors.torch import load_file

from mmrestore.analysis.official_weights import official_weights
from mmrestore.apis import load_official
from mmrestore.config import open_config
from mmrestore.engine import Runner
from mmrestore.models.backbones import DnCNN, FDnCNN, fold_batch_norm
from mmrestore.models.weights import load_into
from mmrestore.registry import MODELS

CONFIGS = Path(__file__).parents[2] / 'configs'
TINY = {'channels': 8, 'num_layers': 5}
PUBLISHED = [
    (DnCNN, {}, 557_057),
    (DnCNN, {'batch_norm': False}, 555_137),
    (DnCNN, {'num_layers': 20}, 668_225),
    (DnCNN, {'num_layers': 20, 'batch_norm': False}, 665_921),
    (DnCNN, {'in_channels': 3}, 559_363),
    (DnCNN, {'in_channels': 3, 'num_layers': 20}, 670_531),
    (DnCNN, {'in_channels': 3, 'num_layers': 20, 'batch_norm': False}, 668_227),
    (DnCNN, {'bias': False}, 556_096),
    (FDnCNN, {'in_channels': 2}, 666_497),
    (FDnCNN, {}, 668_803),
]
KEYS = {
    'color20_r': {'in_channels': 3, 'num_layers': 20, 'batch_norm': False},
    'gray17_br': {},
    'gray17_r': {'batch_norm': False},
}


def trained(net):
    """Give every parameter and statistic a value that matters."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, value in net.state_dict().items():
            if value.is_floating_point():
                noise = torch.rand(value.shape, generator=generator)
                value += noise if 'running_var' in name else 0.1 * (noise - 0.5)
    return net


@pytest.mark.parametrize(('network', 'arguments', 'count'), PUBLISHED)
def test_parameter_counts(network, arguments, count):
    with torch.device('meta'):
        net = network(**arguments)
    assert sum(p.numel() for p in net.parameters()) == count


@pytest.mark.parametrize('name', KEYS)
def test_names_and_shapes_of_the_release(shared, name):
    expected = json.loads((shared / f'specs/keys/dncnn_kair_{name}.json').read_text())
    with torch.device('meta'):
        found = DnCNN(**KEYS[name]).state_dict()
    assert {k: list(v.shape) for k, v in found.items()} == expected


def test_full_size(shared):
    place = shared / 'parity/full_size'
    weights = official_weights(json.loads((place / 'arch_dncnn.json').read_text()))
    vectors = load_file(place / 'arch_dncnn.safetensors')
    net = load_official('DnCNN', {'in_nc': 3, 'out_nc': 3}, weights).eval()
    for network in (net, fold_batch_norm(net)):
        with torch.no_grad():
            difference = network(vectors['x']) - vectors['y']
        assert difference.abs().max() < 1e-4 * vectors['y'].std()


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize(
    'arguments',
    [TINY, {**TINY, 'in_channels': 3}, {**TINY, 'bias': False}, {**TINY, 'batch_norm': False}],
)
def test_the_plain_twin_agrees(arguments, training):
    net = trained(DnCNN(**arguments)).train(training)
    twin = PlainDnCNN(**arguments).train(training)
    twin.load_state_dict(net.state_dict())
    x = torch.rand(2, net.in_channels, 13, 10, generator=torch.Generator().manual_seed(1))
    outputs = []
    for network in (net, twin):
        outputs.append(network(x))
        (outputs[-1] * torch.linspace(-1, 1, x.shape[-1])).mean().backward()
    torch.testing.assert_close(*outputs, atol=1e-5, rtol=1e-5)
    for (name, a), (_, b) in zip(net.named_parameters(), twin.named_parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, atol=1e-6, rtol=1e-4, msg=name)
    torch.testing.assert_close(net.state_dict(), twin.state_dict())


@pytest.mark.parametrize('bias', [True, False])
def test_folded_batch_norm(bias):
    net = trained(DnCNN(3, **TINY, bias=bias)).eval()
    before = copy.deepcopy(net.state_dict())
    folded = fold_batch_norm(net)
    x = torch.rand(2, 3, 9, 12)
    torch.testing.assert_close(folded(x), net(x), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(net.state_dict(), before)
    DnCNN(3, **TINY, batch_norm=False).load_state_dict(folded.state_dict())


def test_the_output_is_the_input_less_the_noise_found():
    net = trained(DnCNN(batch_norm=False, **TINY)).eval()
    torch.nn.init.zeros_(net.model[-1].weight)
    torch.nn.init.constant_(net.model[-1].bias, 0.25)
    x = torch.rand(1, 1, 4, 5)
    torch.testing.assert_close(net(x), x - 0.25)


def test_the_noise_map_changes_the_image():
    net = trained(FDnCNN(2, channels=8, num_layers=4)).eval()
    x = torch.rand(1, 2, 6, 7)
    other = x.clone()
    other[:, 1] += 0.1
    assert net(x).shape == (1, 1, 6, 7)
    assert (net(x) - net(other)).abs().max() > 1e-4


def test_the_first_release_has_other_names():
    net = DnCNN(**TINY, bias=False)
    weights = {k.replace('model.', 'dncnn.'): v for k, v in net.state_dict().items()}
    arguments = {'depth': 5, 'n_channels': 8}
    loaded = load_official('DnCNN (original PyTorch release)', arguments, weights)
    torch.testing.assert_close(loaded.state_dict(), net.state_dict())


@pytest.mark.parametrize(
    ('name', 'arguments', 'message'),
    [
        ('DnCNN', {'act_mode': 'BL'}, "'BR' or 'R', got 'BL'"),
        ('DnCNN', {'in_nc': 3}, 'got 3 and 1'),
        ('FDnCNN', {'in_nc': 1}, 'got 1 and 1'),
        ('FDnCNN', {'act_mode': 'BR'}, "is 'R', got 'BR'"),
    ],
)
def test_values_of_no_published_network(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        load_official(name, arguments, {})


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({'num_layers': 1}, 'at least 2 layers, got num_layers=1'),
        ({'channels': 0}, '^channels must be at least 1, got 0'),
        ({'in_channels': 0}, 'in_channels must be at least 1, got 0'),
    ],
)
def test_arguments_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        DnCNN(**arguments)


def test_a_noise_map_alone_does_not_fit():
    with pytest.raises(ValueError, match='noise map, got 1'):
        FDnCNN(1)


def test_folded_weights_in_a_network_with_batch_norm():
    weights = DnCNN(**TINY, batch_norm=False).state_dict()
    with pytest.raises(ValueError, match='does not fit DnCNN') as error:
        load_into(DnCNN(**TINY), weights, 'released.pth')
    assert 'missing: model.3.weight' in str(error.value)
    assert 'FDnCNN' not in str(error.value)


@pytest.mark.parametrize('name', ['dncnn', 'dncnn_gray'])
def test_base_configs(name):
    config = open_config(CONFIGS / f'_base_/models/{name}.py')
    text = (CONFIGS / f'_base_/models/{name}.py').read_text()
    with torch.device('meta'):
        count = sum(p.numel() for p in MODELS.build(config.model.backbone).parameters())
    assert f'{count:,} parameters' in text


def test_released_weights_give_the_published_figure(shared, tmp_path):
    weights = shared / 'weights/dncnn_25.pth'
    load_official('DnCNN', {'act_mode': 'R'}, weights)
    config = open_config(CONFIGS / 'supervised/dncnn_25_gray.py')
    config.work_dir = str(tmp_path)
    config.load_from = str(weights)
    config.test_dataloader.num_workers = 0
    config.test_dataloader.dataset.datasets.set12.root = str(shared / 'data/set12')
    config.experiment_name = 'released_dncnn'
    found = Runner.from_cfg(config).test()
    assert found['set12/PSNR_unrounded'] == pytest.approx(30.438, abs=1e-3)
    assert found['set12/PSNR'] == pytest.approx(30.432, abs=1e-3)


def test_synchronised_batch_norms_are_batch_norms():
    net = DnCNN(channels=4, num_layers=4).eval()
    generator = torch.Generator().manual_seed(0)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-1, 1, generator=generator)
            module.running_var.uniform_(0.5, 2, generator=generator)
    x = torch.rand(1, net.in_channels, 9, 7, generator=generator)
    with torch.no_grad():
        expected = net(x)
        found = torch.nn.SyncBatchNorm.convert_sync_batchnorm(net)(x)
    torch.testing.assert_close(found, expected)
