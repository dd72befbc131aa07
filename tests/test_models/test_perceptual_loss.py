"""Perceptual loss against torchvision's network, and its separation from the model."""

from __future__ import annotations

import copy

import pytest
import torch
from tiny_components import tiny_config
from torch.nn import functional as F

from mmrestore.engine import Runner
from mmrestore.engine.checkpoint import load_checkpoint
from mmrestore.models.losses import PerceptualLoss
from mmrestore.models.losses.perceptual import load_vgg
from mmrestore.registry import MODELS

vgg = pytest.importorskip('torchvision.models.vgg', reason='torchvision is not installed')


@pytest.fixture(scope='module')
def reference():
    """The features of torchvision's VGG-19, with random weights."""
    torch.manual_seed(0)
    features = vgg.make_layers(vgg.cfgs['E'])
    for parameter in features.parameters():
        if parameter.ndim == 4:
            torch.nn.init.kaiming_normal_(parameter, nonlinearity='relu')
    return features.eval().requires_grad_(False)


@pytest.fixture(scope='module')
def weights(reference, tmp_path_factory):
    """A file such as torchvision publishes, without the rest of the classifier."""
    file = tmp_path_factory.mktemp('weights') / 'vgg19.pth'
    torch.save({f'features.{k}': v for k, v in reference.state_dict().items()}, file)
    return file


def images(*shape):
    generator = torch.Generator().manual_seed(1)
    return torch.rand(shape, generator=generator), torch.rand(shape, generator=generator)


LAYERS = {'conv1_1': 1, 'relu1_2': 4, 'relu2_2': 9, 'conv3_4': 17, 'conv5_4': 35, 'relu5_4': 36}


@pytest.mark.parametrize(('layer', 'num_modules'), LAYERS.items())
@pytest.mark.parametrize('kind', ['MSELoss', 'L1Loss'])
def test_features_are_those_of_torchvision(reference, weights, layer, num_modules, kind):
    pred, target = images(2, 3, 35, 22)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    features = [
        reference[:num_modules]((x - mean.view(3, 1, 1)) / std.view(3, 1, 1))
        for x in (pred, target)
    ]
    compare = {'MSELoss': F.mse_loss, 'L1Loss': F.l1_loss}[kind]
    config = dict(type='PerceptualLoss', layer=layer, loss_weight=0.5, weights=str(weights))
    loss = MODELS.build(dict(config, loss=dict(type=kind)))
    torch.testing.assert_close(loss(pred, target), 0.5 * compare(*features))
    assert loss(pred, target) > 0
    assert loss(pred, pred) == 0


def test_gray_images_are_three_equal_channels(weights):
    pred, target = images(1, 1, 16, 19)
    loss = PerceptualLoss('relu2_1', weights=weights)
    in_colour = loss(pred.expand(-1, 3, -1, -1), target.expand(-1, 3, -1, -1))
    torch.testing.assert_close(loss(pred, target), in_colour)


def test_only_predictions_have_gradients_and_the_classifier_is_no_submodule(weights):
    pred, target = (x.requires_grad_() for x in images(1, 3, 16, 16))
    loss = PerceptualLoss('relu2_2', weights=weights)
    loss(pred, target).backward()
    assert pred.grad.abs().sum() > 0
    assert target.grad is None
    classifier = load_vgg('relu2_2', weights)
    assert all(p.grad is None and not p.requires_grad for p in classifier.parameters())
    assert not loss.state_dict() and not list(loss.parameters())
    assert copy.deepcopy(loss)(pred, target) == loss(pred, target)
    assert load_vgg('relu2_2', weights) is classifier


def test_it_computes_in_float32(weights):
    """Rounded to bfloat16, a small difference would be lost."""
    pred, target = images(1, 3, 32, 32)
    loss = PerceptualLoss('relu5_4', weights=weights)
    results = []
    for low in (False, True):
        near = (target + 1e-3 * pred).requires_grad_()
        with torch.autocast('cpu', torch.bfloat16, enabled=low):
            value = loss(near, target)
        value.backward()
        results.append((value, near.grad))
    torch.testing.assert_close(results[0], results[1])


def test_it_lowers_the_difference_of_features(weights):
    pred, target = images(1, 3, 24, 24)
    pred.requires_grad_()
    loss = PerceptualLoss('relu3_1', weights=weights)
    optimizer = torch.optim.Adam([pred], lr=0.02)
    values = []
    for _ in range(20):
        optimizer.zero_grad()
        value = loss(pred, target)
        value.backward()
        optimizer.step()
        values.append(value.item())
    assert values[-1] < 0.5 * values[0]


@pytest.mark.parametrize(
    ('pred', 'target', 'message'),
    [
        ((2, 3, 16, 16), (2, 3, 16, 17), r'shape \(N, C, H, W\) with one or three channels'),
        ((2, 3, 16, 16), (2, 4, 3, 16, 16), 'the same shape'),
        ((2, 4, 16, 16), (2, 4, 16, 16), 'one or three channels'),
        ((2, 3, 16, 15), (2, 3, 16, 15), 'relu5_4 needs images of at least 16 x 16 .* 16 x 15'),
    ],
)
def test_images_that_do_not_fit_are_refused(weights, pred, target, message):
    loss = PerceptualLoss(weights=weights)
    with pytest.raises(ValueError, match=message):
        loss(torch.zeros(pred), torch.zeros(target))


def test_weights_of_pixels_are_refused(weights):
    x = torch.zeros(1, 3, 16, 16)
    with pytest.raises(ValueError, match='does not support a pixel weight'):
        PerceptualLoss(weights=weights)(x, x, torch.ones(1, 1, 16, 16))


def test_unknown_layers_are_named():
    with pytest.raises(ValueError, match=r"no layer 'relu5_5'. Did you mean relu5_"):
        PerceptualLoss('relu5_5')


def test_missing_weights_are_named_and_not_downloaded(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path))
    loss = PerceptualLoss()  # so that a network can be tested where the weights are not
    with pytest.raises(RuntimeError) as error:
        loss.prepare()
    assert str(tmp_path / 'checkpoints' / 'vgg19-dcbb9e9d.pth') in str(error.value)
    assert 'https://download.pytorch.org/models/vgg19-dcbb9e9d.pth' in str(error.value)
    assert not list(tmp_path.iterdir())


def test_other_files_are_refused(tmp_path):
    file = tmp_path / 'other.pth'
    torch.save({'features.0.weight': torch.zeros(1)}, file)
    with pytest.raises(RuntimeError, match='does not hold the weights of vgg19'):
        PerceptualLoss(weights=file).prepare()


def with_perceptual_loss(work_dir, weights):
    config = tiny_config(work_dir, train_cfg__max_epochs=1)
    config.model.losses = dict(
        perceptual=dict(type='PerceptualLoss', layer='relu1_2', weights=str(weights))
    )
    config.experiment_name = work_dir.name
    return config


def test_a_training_neither_saves_nor_averages_the_classifier(tmp_path, weights):
    Runner.from_cfg(with_perceptual_loss(tmp_path / 'perceptual', weights)).train()
    checkpoint = load_checkpoint(tmp_path / 'perceptual' / 'epoch_1.pth')
    names = [*checkpoint['state_dict'], *checkpoint['ema_state_dict']]
    assert names and not [name for name in names if 'losses' in name]


def test_missing_weights_fail_before_data_is_read(tmp_path):
    config = with_perceptual_loss(tmp_path / 'missing', tmp_path / 'missing.pth')
    config.train_dataloader.dataset = dict(type='ImageFolder', root='no such folder', pipeline=[])
    with pytest.raises(RuntimeError, match=r'needs the ImageNet weights .*missing\.pth'):
        Runner.from_cfg(config).train()
