"""LPIPS: package, weights and properties."""

from __future__ import annotations

import builtins
import time

import pytest
import torch

from mmrestore.evaluation import LPIPS
from mmrestore.functional import round_to_8_bit
from mmrestore.registry import METRICS

lpips = pytest.importorskip('lpips', reason='lpips is not installed')
torchvision = pytest.importorskip('torchvision', reason='torchvision is not installed')


@pytest.fixture(scope='module')
def weights(tmp_path_factory):
    """An AlexNet with random weights: enough for everything but the published numbers."""
    torch.manual_seed(0)
    file = tmp_path_factory.mktemp('weights') / 'alexnet.pth'
    torch.save(torchvision.models.alexnet().state_dict(), file)
    return file


@pytest.fixture(scope='module')
def metric(weights):
    return LPIPS(weights=weights)


def images(*shape):
    generator = torch.Generator().manual_seed(0)
    return torch.rand(shape, generator=generator), torch.rand(shape, generator=generator)


@pytest.mark.parametrize(
    ('net', 'file_name'), [('alex', 'alexnet-owt-7be5be79.pth'), ('vgg', 'vgg16-397923af.pth')]
)
def test_missing_weights_fail_at_once_and_say_what_to_put_where(
    net, file_name, tmp_path, monkeypatch
):
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path))
    start = time.perf_counter()
    with pytest.raises(RuntimeError) as error:
        METRICS.build({'type': 'LPIPS', 'net': net})
    assert time.perf_counter() - start < 5
    message = str(error.value)
    assert str(tmp_path / 'checkpoints' / file_name) in message
    assert f'https://download.pytorch.org/models/{file_name}' in message
    assert not list(tmp_path.iterdir())  # nothing was downloaded


def test_a_missing_package_says_what_to_install(monkeypatch):
    original = builtins.__import__

    def without_lpips(name, *args, **kwargs):
        if name == 'lpips':
            raise ImportError('No module named lpips')
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, '__import__', without_lpips)
    with pytest.raises(RuntimeError, match='pip install lpips torchvision'):
        LPIPS()


@pytest.mark.parametrize('content', [b'half a file', None])
def test_other_files_are_refused(content, tmp_path):
    file = tmp_path / 'weights.pth'
    if content is None:
        torch.save({'features.0.weight': torch.zeros(1)}, file)
    else:
        file.write_bytes(content)
    with pytest.raises(RuntimeError, match=r'does not hold the weights of alexnet'):
        LPIPS(weights=file)


def test_weights_are_found_in_the_cache_of_torch_hub(weights, metric, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path))
    (tmp_path / 'checkpoints').mkdir()
    (tmp_path / 'checkpoints' / 'alexnet-owt-7be5be79.pth').symlink_to(weights)
    x, y = images(1, 3, 64, 70)
    assert LPIPS().measure(x, y).equal(metric.measure(x, y))


@pytest.mark.filterwarnings('ignore::UserWarning')  # the package uses a deprecated argument
def test_against_the_package_itself(weights, metric):
    """The distance of the package with the same trunk, fed with hand-scaled images."""
    reference = lpips.LPIPS(net='alex', pnet_rand=True, verbose=False)
    features = torch.load(weights)
    for name, parameter in reference.net.named_parameters():
        parameter.data = features['features.' + name.split('.', 1)[1]]
    x, y = images(2, 3, 64, 70)
    with torch.no_grad():
        expected = reference(round_to_8_bit(x) * 2 - 1, round_to_8_bit(y) * 2 - 1).view(2)
        exact = reference(x * 2 - 1, y * 2 - 1).view(2)
    torch.testing.assert_close(metric.measure(x, y), expected)
    torch.testing.assert_close(LPIPS(weights=weights, rounded=False).measure(x, y), exact)
    assert not torch.allclose(exact, expected, rtol=1e-5)


def test_distances_are_symmetric_and_zero_between_equal_images(metric):
    x, y = images(2, 3, 64, 70)
    near = 0.9 * x + 0.1 * y
    assert (metric.measure(x, x) == 0).all()
    torch.testing.assert_close(metric.measure(x, y), metric.measure(y, x))
    assert (metric.measure(x, near) > 0).all()
    assert (metric.measure(x, near) < metric.measure(x, y)).all()


def test_gray_images_are_repeated_to_three_channels(metric):
    x, y = images(1, 1, 64, 70)
    assert metric.measure(x, y).equal(metric.measure(x.repeat(1, 3, 1, 1), y.repeat(1, 3, 1, 1)))


def test_in_an_evaluation(metric):
    x, y = images(3, 64, 70)
    metric.process(None, [{'pred_img': x, 'gt_img': y, 'dataset': 'a'}])
    assert metric.evaluate(1) == {'a/LPIPS': pytest.approx(metric.measure(x[None], y[None]).item())}
    assert metric.protocol == (
        'LPIPS 0.1 (alex), RGB, rounded to 8 bit, no border cropped, mean over images'
    )


def test_other_networks_are_refused():
    with pytest.raises(ValueError, match="'alex' or 'vgg'"):
        LPIPS(net='squeeze')


def test_random_weights_are_marked_and_repeat(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path))
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    first = METRICS.build({'type': 'LPIPS', 'weights': 'random'})
    assert torch.rand(1) == expected  # the draws of a run stay what they were
    second = LPIPS(weights='random', name='distance')
    assert (first.name, second.name) == ('LPIPS_random_weights', 'distance_random_weights')
    assert first.protocol.startswith('LPIPS 0.1 (alex, RANDOM WEIGHTS of seed 0), RGB')
    x, y = images(1, 3, 64, 70)
    value = first.measure(x, y)
    assert value.equal(second.measure(x, y)) and 0 < value < 10
    assert first.measure(x, x) == 0
    assert not any(p.requires_grad for p in first.distance.parameters())


def test_channel_order(weights, metric):
    x, y = images(1, 3, 64, 70)
    swapped = LPIPS(weights=weights, channel_order='bgr')
    assert swapped.measure(x, y).equal(metric.measure(x.flip(1), y.flip(1)))
    assert not torch.allclose(swapped.measure(x, y), metric.measure(x, y), rtol=1e-4)
    assert swapped.protocol.startswith('LPIPS 0.1 (alex), BGR')
    with pytest.raises(ValueError, match="'rgb' or 'bgr', got 'gbr'"):
        LPIPS(weights=weights, channel_order='gbr')


@pytest.mark.parametrize(('net', 'least'), [('alex', 31), ('vgg', 16)])
def test_images_that_are_too_small_are_named(net, least):
    metric = LPIPS(net=net, weights='random')

    def process(side):
        image = torch.rand(3, side, 40)
        sample = {'pred_img': image, 'gt_img': image, 'path': 'a/x.png', 'dataset': 'real'}
        metric.process(None, [sample])

    process(least)
    match = (
        rf'at least {least} pixels, got {least - 1}x40 \(height x width\) for a/x\.png of .* real'
    )
    with pytest.raises(ValueError, match=match):
        process(least - 1)
