"""NIQE: fitted distributions, block features and a slow twin."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import convolve
from scipy.special import gamma
from skimage import data

from mmrestore.functional import gaussian_noise, resize
from mmrestore.functional.niqe import fit_asymmetric_gaussian, niqe, niqe_features

SHAPES = np.arange(0.2, 10.0005, 0.001)


def plain_fit(x):
    """Slow twin of the fit, one distribution at a time, with the formulas of the paper."""
    x = x.ravel()
    left, right = (np.sqrt(np.mean(x[side] ** 2)) for side in (x < 0, x > 0))
    ratio = left / right
    wanted = np.mean(np.abs(x)) ** 2 / np.mean(x**2)
    wanted *= (ratio**3 + 1) * (ratio + 1) / (ratio**2 + 1) ** 2
    ratios = gamma(2 / SHAPES) ** 2 / (gamma(1 / SHAPES) * gamma(3 / SHAPES))
    alpha = SHAPES[np.argmin((ratios - wanted) ** 2)]
    factor = np.sqrt(gamma(1 / alpha) / gamma(3 / alpha))
    return alpha, left * factor, right * factor


def plain_features(levels):
    """Slow twin of the features of all blocks of gray levels (H, W), with loops."""
    offsets = np.arange(-3, 4)
    window = np.exp(-(offsets[:, None] ** 2 + offsets**2) / (2 * (7 / 6) ** 2))
    window /= window.sum()
    rows, columns = levels.shape[0] // 96, levels.shape[1] // 96
    levels = levels[: rows * 96, : columns * 96]
    result = [[] for _ in range(rows * columns)]
    for side in (96, 48):
        mean = convolve(levels, window, mode='nearest')
        variance = convolve(levels**2, window, mode='nearest') - mean**2
        normalized = (levels - mean) / (np.sqrt(np.abs(variance)) + 1)
        for number, features in enumerate(result):
            row, column = (side * place for place in divmod(number, columns))
            block = normalized[row : row + side, column : column + side]
            alpha, left, right = plain_fit(block)
            features += [alpha, (left + right) / 2]
            for shift in ((0, 1), (1, 0), (1, 1), (1, -1)):
                alpha, left, right = plain_fit(block * np.roll(block, shift, axis=(0, 1)))
                features += [alpha, (right - left) * gamma(2 / alpha) / gamma(1 / alpha)]
                features += [left, right]
        half = resize(torch.from_numpy(levels / 255)[None], scale=0.5)
        levels = 255 * half[0].numpy()
    return np.array(result)


def astronaut(rows=slice(0, 210), columns=slice(100, 400)):
    return torch.from_numpy(data.astronaut()[rows, columns]).permute(2, 0, 1) / 255


def test_features_against_the_slow_twin():
    image = astronaut()
    weights = torch.tensor([0.298936021293775, 0.587043074451121, 0.114020904255103]).double()
    luma = (255 * image.double() * weights[:, None, None]).sum(0).round()
    expected = plain_features(luma.numpy())
    found = niqe_features(image)
    assert found.shape == (6, 36) and found.dtype == torch.float64
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9, atol=1e-9)
    gray = niqe_features(luma[None].float() / 255)
    np.testing.assert_allclose(gray.numpy(), expected, rtol=1e-9, atol=1e-9)


def test_hand_computed_distance():
    image = astronaut()
    generator = torch.Generator().manual_seed(0)
    mean = torch.rand(36, generator=generator, dtype=torch.float64)
    root = torch.randn(36, 36, generator=generator, dtype=torch.float64)
    covariance = root @ root.T
    features = niqe_features(image).numpy()
    difference = mean.numpy() - features.mean(0)
    pooled = (covariance.numpy() + np.cov(features, rowvar=False)) / 2
    expected = np.sqrt(difference @ np.linalg.solve(pooled, difference))
    assert niqe(image, mean, covariance).item() == pytest.approx(expected, rel=1e-9)
    assert niqe(image, mean[None], covariance).item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(('alpha', 'left', 'right'), [(2.0, 1.0, 1.0), (1.0, 0.5, 1.5)])
def test_fit_recovers_the_parameters_of_samples(alpha, left, right):
    # |x| / scale to the power of alpha is gamma distributed; sides are as likely as they are wide.
    rng = np.random.default_rng(0)
    size = 400_000
    magnitude = rng.gamma(1 / alpha, size=size) ** (1 / alpha)
    is_left = rng.random(size) < left / (left + right)
    x = np.where(is_left, -left, right) * magnitude
    found = fit_asymmetric_gaussian(torch.from_numpy(x)[None])
    assert [v.item() for v in found] == pytest.approx([alpha, left, right], rel=0.02)


def test_noise_and_blur_raise_niqe():
    image = astronaut(slice(0, 512), slice(0, 512))
    features = niqe_features(image)
    mean, covariance = features.nanmean(0), features[features.isfinite().all(1)].T.cov()
    assert niqe(image, mean, covariance).item() == pytest.approx(0, abs=1e-6)
    noisy = gaussian_noise(image[None], 25, generator=torch.Generator().manual_seed(0))[0]
    blurred = resize(resize(image, scale=0.25), scale=4.0)
    for changed in (noisy, blurred):
        assert niqe(changed, mean, covariance) > 1


def test_flat_blocks_have_no_shape():
    image = torch.rand(1, 96, 300, generator=torch.Generator().manual_seed(0))
    image[..., :100] = 0.3
    features = niqe_features(image)
    assert features.isnan().any(dim=1).tolist() == [True, False, False]
    mean, covariance = torch.zeros(36), torch.eye(36)
    assert niqe(image, mean, covariance).isfinite()


def test_too_small_images_are_refused():
    for shape in ((3, 96, 191), (3, 95, 400), (2, 200, 200)):
        with pytest.raises(
            ValueError, match=r'NIQE needs an image \(1 or 3, H, W\) with at least two'
        ):
            niqe_features(torch.rand(shape))
