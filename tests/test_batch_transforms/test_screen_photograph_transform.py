"""Screen photographs of training batches."""

from __future__ import annotations

import pytest
import torch

from mmrestore.batch_transforms import ScreenPhotograph
from mmrestore.datasets.transforms import AddNoise
from mmrestore.functional.screen_draws import ScreenRanges, draw_screens
from mmrestore.functional.screen_photograph import photograph_screen, view_picture
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


def images(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize('size', [None, (17, 22)])
def test_exact_for_given_draws(size):
    """The targets are photographed, not the inputs, and nothing is changed in place."""
    inputs, clean = images(2, 3, 23, 30), images(2, 3, 23, 30, seed=1)
    before = clean.clone()
    torch.manual_seed(3)
    given = DataSample(gt_img=clean)
    photographs, samples = ScreenPhotograph(size, tilt=(-5, 5), roll=2.0)(inputs, given)
    torch.manual_seed(3)
    screens = draw_screens(2, ScreenRanges(tilt=(-5, 5), roll=(2, 2)))
    assert photographs.equal(photograph_screen(clean, screens, size=size).photograph)
    torch.testing.assert_close(samples.gt_img, view_picture(clean, screens.view, size=size))
    assert photographs.shape == samples.gt_img.shape == (2, 3, *(size or (23, 30)))
    assert clean.equal(before) and given.gt_img is clean


def test_every_range_reaches_the_draws():
    fixed = {
        **dict(magnification=1.5, tilt=3.0, roll=4.0, distortion=0.01, focal_length=2.0),
        **dict(stripe_width=0.8, stripe_height=0.7, blur=0.5, exposure=0.9, contrast=0.1),
        **dict(shot_noise=1e-4, quality=90),
    }
    transform = BATCH_TRANSFORMS.build(dict(type='ScreenPhotograph', **fixed))
    found = {name: pair[0] for name, pair in transform.ranges._asdict().items()}
    assert found == fixed
    assert ScreenPhotograph().ranges == ScreenRanges()
    assert list(fixed) == list(ScreenRanges._fields)


def test_without_jpeg_values_are_not_of_8_bit():
    clean = images(1, 3, 16, 16)
    torch.manual_seed(0)
    plain, _ = ScreenPhotograph(quality=None)(clean, DataSample(gt_img=clean))
    torch.manual_seed(0)
    compressed, _ = ScreenPhotograph(quality=100)(clean, DataSample(gt_img=clean))
    steps = (compressed * 255 - (compressed * 255).round()).abs().max()
    assert steps < 1e-3 < (plain * 255 - (plain * 255).round()).abs().max()
    assert 0 < (plain - compressed).abs().mean() < 0.1


def test_single_images_are_their_own_pictures():
    clean = images(2, 3, 14, 15)
    torch.manual_seed(1)
    first = ScreenPhotograph()(clean, DataSample(gt_img=clean))
    torch.manual_seed(1)
    second = ScreenPhotograph()(clean, DataSample())
    assert first[0].equal(second[0]) and first[1].gt_img.equal(second[1].gt_img)


def test_targets_below_a_magnification_of_1_are_averaged():
    lines = torch.zeros(1, 3, 40, 40)
    lines[..., ::2] = 1
    far = dict(magnification=0.55, blur=0.3, tilt=0, roll=0, distortion=0)
    _, samples = ScreenPhotograph(16, **far)(lines, DataSample(gt_img=lines))
    assert samples.gt_img.std() < 0.25


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float64])
def test_dtype_is_kept(dtype):
    clean = images(1, 3, 9, 12).to(dtype)
    photographs, samples = ScreenPhotograph()(clean, DataSample(gt_img=clean))
    assert photographs.dtype == samples.gt_img.dtype == dtype
    assert photographs.isfinite().all() and samples.gt_img.std() > 0.05


def test_as_a_degradation_of_test_images():
    image = (images(40, 50, 3) * 255).byte().numpy()
    results = {'img': image, 'img_path': 'a.png'}
    noise = AddNoise(dict(type='ScreenPhotograph', size=32), by_name=True)
    once, again = noise.transform(dict(results)), noise.transform(dict(results))
    assert once['img'].shape == once['gt'].shape == (32, 32, 3)
    assert (once['img'] == again['img']).all() and (once['gt'] == again['gt']).all()
    other = noise.transform({**results, 'img_path': 'b.png'})
    assert (other['gt'] != once['gt']).mean() > 0.5


def test_wrong_targets_are_refused():
    clean = images(1, 3, 8, 8)
    with pytest.raises(ValueError, match='size of at least 1 pixel, got 0'):
        ScreenPhotograph(0)
    with pytest.raises(ValueError, match='roll from -180 to 180'):
        ScreenPhotograph(roll=(0, 200))
    with pytest.raises(ValueError, match='no loss weight'):
        ScreenPhotograph()(clean, DataSample(gt_img=clean, weight=clean))
    with pytest.raises(ValueError, match=r'one target per image.*\(1, 2, 3, 8, 8\)'):
        ScreenPhotograph()(clean, DataSample(gt_img=torch.stack((clean, clean), 1)))
    with pytest.raises(ValueError, match='expected RGB pictures'):
        ScreenPhotograph()(clean[:, :1], DataSample(gt_img=clean[:, :1]))


@pytest.mark.skipif(not torch.cuda.is_available(), reason='there is no GPU')
def test_on_a_gpu():
    clean = images(2, 3, 21, 30).cuda()
    photographs, samples = ScreenPhotograph(16)(clean, DataSample(gt_img=clean))
    assert photographs.is_cuda and samples.gt_img.is_cuda
    assert photographs.shape == samples.gt_img.shape == (2, 3, 16, 16)
