"""NIQE metric: statistics file, images, and comparison with pyiqa if installed."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import savemat
from skimage import data

from mmrestore.evaluation import NIQE, PSNR
from mmrestore.functional.niqe import niqe, niqe_features
from mmrestore.registry import METRICS


def photograph():
    return torch.from_numpy(data.astronaut()).permute(2, 0, 1) / 255


@pytest.fixture(scope='module')
def statistics():
    """Mean and covariance of the features of a photograph, in place of the published ones."""
    features = niqe_features(photograph())
    whole = features[features.isfinite().all(dim=1)]
    return whole.mean(0), whole.T.cov() + 0.01 * torch.eye(36)


@pytest.fixture
def parameters(tmp_path, statistics):
    """A file of statistics, as MMagic has it."""
    mean, covariance = (x.numpy() for x in statistics)
    np.savez(tmp_path / 'niqe.npz', mu_pris_param=mean[None], cov_pris_param=covariance)
    return tmp_path / 'niqe.npz'


def picture(*sides, seed=0):
    return torch.rand(3, *sides, generator=torch.Generator().manual_seed(seed))


def test_images_need_no_target(parameters, statistics):
    metric = METRICS.build({'type': 'NIQE', 'parameters': str(parameters)})
    first, second = picture(96, 200), picture(192, 100, seed=1)[:1] * 1.7
    metric.process(None, [{'pred_img': first, 'dataset': 'a', 'path': 'a.png'}])
    metric.process(None, [{'pred_img': second, 'dataset': 'a'}])
    other = {'pred_img': first, 'gt_img': torch.zeros(3, 9, 9), 'dataset': 'b'}
    metric.process(None, [other])  # nor one of its size
    values = [niqe(image, *statistics).item() for image in (first, second)]
    assert metric.evaluate(3) == {'a/NIQE': pytest.approx(sum(values) / 2), 'b/NIQE': values[0]}
    assert not NIQE.higher_is_better
    assert metric.protocol == 'NIQE, luma, rounded to 8 bit, no border cropped, mean over images'


def test_the_border_is_left_out(parameters, statistics):
    metric = NIQE(parameters=parameters, crop_border=4)
    image = picture(104, 210) * 1.2 - 0.1
    metric.process(None, [{'pred_img': image, 'dataset': 'a'}])
    expected = niqe((image[:, 4:-4, 4:-4].clamp(0, 1) * 255).round() / 255, *statistics)
    assert metric.evaluate(1) == {'a/NIQE': pytest.approx(expected.item())}
    assert 'border of 4 pixels cropped' in metric.protocol


def test_the_input_itself(parameters, statistics):
    metric = NIQE(parameters=parameters, of='input', name='NIQE_of_input')
    inputs = (picture(96, 192)[None] * 255).byte()
    metric.process({'inputs': inputs}, [{'pred_img': picture(400, 400), 'dataset': 'a'}])
    expected = niqe(inputs[0] / 255, *statistics).item()
    assert metric.evaluate(1) == {'a/NIQE_of_input': pytest.approx(expected)}


def test_too_small_images_are_refused(parameters):
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


def test_both_kinds_of_files(parameters, statistics, tmp_path):
    mean, covariance = (x.numpy() for x in statistics)
    file = tmp_path / 'niqe_modelparameters.mat'
    savemat(file, {'mu_prisparam': mean[None], 'cov_prisparam': covariance})
    for path in (parameters, file):
        metric = NIQE(parameters=path)
        torch.testing.assert_close(metric.mean, statistics[0])
        torch.testing.assert_close(metric.covariance, statistics[1])


def test_missing_files_are_named_and_not_downloaded(parameters, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path / 'hub'))
    with pytest.raises(RuntimeError) as error:
        NIQE()
    place = tmp_path / 'hub/niqe/niqe_pris_params.npz'
    assert str(place) in str(error.value) and 'mmagic' in str(error.value)
    assert str(tmp_path / 'hub/pyiqa/niqe_modelparameters.mat') in str(error.value)
    assert not (tmp_path / 'hub').exists()
    place.parent.mkdir(parents=True)
    parameters.rename(place)
    assert NIQE().name == 'NIQE'


def test_files_with_other_contents_are_refused(tmp_path):
    np.savez(tmp_path / 'a.npz', mu_pris_param=np.zeros(35), cov_pris_param=np.eye(36))
    np.savez(tmp_path / 'b.npz', something=np.zeros(3))
    np.savez(tmp_path / 'c.npz', mu_pris_param=np.array([print]), cov_pris_param=np.eye(36))
    for name in 'de':
        (tmp_path / f'{name}.npz').write_text('statistics')
    (tmp_path / 'e.npz').rename(tmp_path / 'e.mat')
    for name in ('a.npz', 'b.npz', 'c.npz', 'd.npz', 'e.mat'):
        with pytest.raises(RuntimeError, match=r'expected arrays mu_pris_?param of 36 values'):
            NIQE(parameters=tmp_path / name)


def test_negative_borders_are_refused(parameters):
    with pytest.raises(ValueError, match='a border of at least 0 pixels, got -1'):
        NIQE(parameters=parameters, crop_border=-1)


def test_the_recipe_of_the_page(parameters, tmp_path):
    """The commands of the page put the file where the metric searches it."""
    page = (Path(__file__).parents[2] / 'docs/metrics.md').read_text()
    member = 'mmagic/evaluation/metrics/niqe_pris_params.npz'
    assert f"unzip -j 'mmagic-1.2.0-*.whl' {member} -d ~/.cache/torch/hub/niqe" in page
    with zipfile.ZipFile(tmp_path / 'mmagic-1.2.0.whl', 'w') as wheel:
        wheel.write(parameters, member)
    with zipfile.ZipFile(tmp_path / 'mmagic-1.2.0.whl') as wheel:
        (tmp_path / 'niqe_pris_params.npz').write_bytes(wheel.read(member))
    assert NIQE(parameters=tmp_path / 'niqe_pris_params.npz').mean.shape == (36,)


def test_against_pyiqa(statistics, tmp_path):
    """The package differs in the weights of the luma and in rounding errors of flat areas."""
    pyiqa = pytest.importorskip('pyiqa', reason='pyiqa is not installed')
    mean, covariance = (x.numpy() for x in statistics)
    file = tmp_path / 'niqe_modelparameters.mat'
    savemat(file, {'mu_prisparam': mean[None], 'cov_prisparam': covariance})
    theirs = pyiqa.create_metric('niqe', device='cpu', pretrained_model_path=str(file))
    metric = NIQE(parameters=file)
    for image in (photograph(), torch.from_numpy(data.chelsea()).permute(2, 0, 1) / 255):
        value = metric.measure_sample(image, None, None, 0).item()
        assert value == pytest.approx(theirs(image[None]).item(), abs=0.05)
