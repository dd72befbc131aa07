"""NIQE: its package and its file, by a stand-in for the package and, if it is there, by itself."""

from __future__ import annotations

import builtins
import os
import sys
import types

import numpy as np
import pytest
import torch
from scipy.io import savemat
from skimage import data

from mmrestore.evaluation import NIQE, PSNR
from mmrestore.functional import gaussian_noise, resize, round_to_8_bit
from mmrestore.registry import METRICS

CREATED = []


class StandIn(torch.nn.Module):
    """The surface of ``pyiqa`` that the metric uses; its value is the mean of the image."""

    def __init__(self, name, *, device, pretrained_model_path):
        super().__init__()
        with open(pretrained_model_path) as file:
            if file.read() != 'statistics':
                raise KeyError('mu_prisparam')
        CREATED.append((name, device))
        self.seen = []

    def forward(self, images):
        self.seen.append(images)
        return images.double().mean(dim=(1, 2, 3)).squeeze()


@pytest.fixture
def parameters(tmp_path, monkeypatch):
    """A file of statistics, and a stand-in for the package."""
    package = types.ModuleType('pyiqa')
    package.create_metric = StandIn
    package.__version__ = '9.8'
    monkeypatch.setitem(sys.modules, 'pyiqa', package)
    CREATED.clear()
    file = tmp_path / 'niqe_modelparameters.mat'
    file.write_text('statistics')
    return file


def picture(*sides, seed=0):
    return torch.rand(3, *sides, generator=torch.Generator().manual_seed(seed))


def test_images_need_no_target(parameters):
    metric = METRICS.build({'type': 'NIQE', 'parameters': str(parameters)})
    assert CREATED == [('niqe', 'cpu')]
    first, second = torch.full((3, 96, 200), 51 / 255), torch.full((1, 192, 100), 1.7)
    metric.process(None, [{'pred_img': first, 'dataset': 'a', 'path': 'a.png'}])
    metric.process(None, [{'pred_img': second, 'dataset': 'a'}])
    other = {'pred_img': first, 'gt_img': torch.zeros(3, 9, 9), 'dataset': 'b'}
    metric.process(None, [other])  # nor one of its size
    assert metric.evaluate(3) == {'a/NIQE': pytest.approx(0.6), 'b/NIQE': pytest.approx(0.2)}
    assert not NIQE.higher_is_better
    assert metric.protocol == (
        'NIQE (pyiqa 9.8), luma, rounded to 8 bit, no border cropped, mean over images'
    )


def test_what_the_package_gets(parameters):
    metric = NIQE(parameters=parameters, crop_border=4)
    image = picture(104, 210) * 1.2 - 0.1
    seen = []
    metric.evaluator = lambda images: seen.append(images) or images.mean()
    metric.process(None, [{'pred_img': image, 'dataset': 'a'}])
    expected = (image[:, 4:-4, 4:-4].clamp(0, 1) * 255).round() / 255
    torch.testing.assert_close(seen[0], expected[None])
    assert 'border of 4 pixels cropped' in metric.protocol


def test_the_input_itself(parameters):
    metric = NIQE(parameters=parameters, of='input', name='NIQE_of_input')
    inputs = torch.full((1, 3, 96, 192), 102, dtype=torch.uint8)
    metric.process({'inputs': inputs}, [{'pred_img': picture(400, 400), 'dataset': 'a'}])
    assert metric.evaluate(1) == {'a/NIQE_of_input': pytest.approx(0.4)}


def test_images_that_are_too_small(parameters):
    metric = NIQE(parameters=parameters, crop_border=4, datasets=['large'])
    metric.process(None, [{'pred_img': picture(120, 120), 'dataset': 'faces'}])
    metric.process(None, [{'pred_img': picture(104, 200), 'dataset': 'large'}])
    for sides in ((104, 199), (103, 400), (8, 8), (4, 4)):
        with pytest.raises(ValueError, match='NIQE needs two blocks of 96 x 96 pixels'):
            metric.process(None, [{'pred_img': picture(*sides), 'dataset': 'large'}])
    assert list(metric.evaluate(2)) == ['large/NIQE']


def test_other_metrics_still_need_a_target():
    with pytest.raises(ValueError, match='a data set with targets'):
        PSNR().process(None, [{'pred_img': picture(9, 9), 'dataset': 'a'}])


def test_missing_files_are_named_and_not_downloaded(parameters, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path / 'hub'))
    with pytest.raises(RuntimeError) as error:
        NIQE()
    assert str(tmp_path / 'hub/pyiqa/niqe_modelparameters.mat') in str(error.value)
    assert 'IQA-PyTorch-Weights' in str(error.value) and not (tmp_path / 'hub').exists()
    (tmp_path / 'hub/pyiqa').mkdir(parents=True)
    parameters.rename(tmp_path / 'hub/pyiqa/niqe_modelparameters.mat')
    assert NIQE().name == 'NIQE'
    (tmp_path / 'hub/pyiqa/niqe_modelparameters.mat').write_text('something else')
    with pytest.raises(RuntimeError, match='holds no statistics mu_prisparam'):
        NIQE()


def test_a_missing_package_says_what_to_install(monkeypatch):
    original = builtins.__import__

    def without_pyiqa(name, *args, **kwargs):
        if name == 'pyiqa':
            raise ImportError('No module named pyiqa')
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, '__import__', without_pyiqa)
    with pytest.raises(RuntimeError, match='pip install pyiqa'):
        NIQE()


def test_negative_borders_are_refused(parameters):
    with pytest.raises(ValueError, match='a border of at least 0 pixels, got -1'):
        NIQE(parameters=parameters, crop_border=-1)


def test_the_package_itself(tmp_path):
    """With the statistics that are published, noise and blur are farther from them."""
    pyiqa = pytest.importorskip('pyiqa', reason='pyiqa is not installed')
    file = os.environ.get('MMRESTORE_NIQE_PARAMETERS')
    if not file:
        file = tmp_path / 'unit.mat'
        savemat(file, {'mu_prisparam': np.zeros((1, 36)), 'cov_prisparam': np.eye(36)})
    metric = NIQE(parameters=file)
    direct = pyiqa.create_metric('niqe', device='cpu', pretrained_model_path=str(file))
    image = torch.from_numpy(data.astronaut()).permute(2, 0, 1) / 255
    noisy = gaussian_noise(image[None], 25, generator=torch.Generator().manual_seed(0))[0]
    blurred = resize(resize(image, scale=0.25), scale=4.0)
    images = [round_to_8_bit(x) for x in (image, blurred, noisy)]
    values = [metric.measure_sample(x, None, None, 0) for x in images]
    torch.testing.assert_close(values, [direct(x[None]) for x in images])
    assert len(set(map(float, values))) == 3
    if 'MMRESTORE_NIQE_PARAMETERS' in os.environ:
        assert values[0] < min(values[1:])
