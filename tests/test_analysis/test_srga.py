"""SRGA: reference vectors, fits of known distributions, divergences by integration."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from mmrestore.analysis.srga import (
    GeneralizedGaussian,
    drop_outliers,
    fit_features,
    fit_generalized_gaussian,
    kl_divergence,
    principal_scores,
    srga_index,
)


def sample(sigma, shape, num, seed=0):
    """A generalised Gaussian: |x / scale|^shape has a gamma distribution."""
    rng = np.random.default_rng(seed)
    sizes = rng.gamma(1 / shape, size=num) ** (1 / shape)
    values = rng.choice([-1, 1], num) * sizes * GeneralizedGaussian(sigma, shape).scale
    return torch.from_numpy(values)


def log_density(distribution, x):
    b, scale = distribution.shape, distribution.scale
    return math.log(b / (2 * scale * math.gamma(1 / b))) - (np.abs(x) / scale) ** b


def test_reference_vectors(shared):
    folder = shared / 'parity' / 'functions'
    facts = json.loads((folder / 'srga_vectors.json').read_text())
    features = load_file(folder / 'srga_vectors.safetensors')
    scores = {k: principal_scores(v, facts['pca_components']) for k, v in features.items()}
    fits = {k: fit_features(v, facts['pca_components']) for k, v in features.items()}
    fits['same'], scores['same'] = fits['ref'], scores['ref']
    for name, expected in facts['results'].items():
        fit = fits[name]
        assert fit.sigma == pytest.approx(expected['sigma'], rel=1e-12)
        assert fit.shape == pytest.approx(expected['shape'], abs=1e-9)
        assert len(drop_outliers(scores[name].flatten())) == expected['kept']
        if name != 'ref':
            assert kl_divergence(fits['ref'], fit) == pytest.approx(
                expected['kld_ref_to_test'], abs=1e-9
            )
            assert kl_divergence(fit, fits['ref']) == pytest.approx(
                expected['kld_reverse'], abs=1e-9
            )
            assert srga_index(fits['ref'], fit) == pytest.approx(expected['srga'], abs=1e-6)
    for arguments, expected in facts['kl_grid_sigma1_shape1_sigma2_shape2'].items():
        sigma1, shape1, sigma2, shape2 = map(float, arguments.split(','))
        divergence = kl_divergence(
            GeneralizedGaussian(sigma1, shape1), GeneralizedGaussian(sigma2, shape2)
        )
        assert divergence == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize('shape', [0.5, 1.0, 1.6, 2.0, 5.0])
@pytest.mark.parametrize('sigma', [0.02, 3.0])
def test_a_fit_recovers_what_was_drawn(sigma, shape):
    fit = fit_generalized_gaussian(sample(sigma, shape, 400_000))
    assert fit.sigma == pytest.approx(sigma, rel=0.02)
    assert fit.shape == pytest.approx(shape, rel=0.03)


def test_the_shape_is_the_best_of_all_on_the_grid():
    values = sample(1.0, 1.3, 1000)
    ratio = (values.square().mean() / (values - values.mean()).abs().mean() ** 2).item()
    errors = {
        b / 1000: abs(
            math.gamma(1000 / b) * math.gamma(3000 / b) / math.gamma(2000 / b) ** 2 - ratio
        )
        for b in range(200, 10_000)
    }
    best = min(errors, key=errors.get)
    assert fit_generalized_gaussian(values).shape == pytest.approx(best, abs=1e-9)


def test_the_mean_counts_in_sigma_and_not_in_the_deviation():
    fit = fit_generalized_gaussian(torch.tensor([3.0, 5.0]))
    assert fit.sigma == pytest.approx(17**0.5)


def test_divergences_by_integration():
    x = np.linspace(-60, 60, 1_200_001)
    for first, second in [((1.0, 0.9), (2.0, 1.4)), ((1.5, 2.0), (1.0, 1.0))]:
        p, q = GeneralizedGaussian(*first), GeneralizedGaussian(*second)
        logarithms = log_density(p, x), log_density(q, x)
        expected = np.sum(np.exp(logarithms[0]) * (logarithms[0] - logarithms[1])) * (x[1] - x[0])
        assert kl_divergence(p, q) == pytest.approx(expected, abs=1e-5)


def test_scores_are_those_of_a_decomposition_of_all_features(monkeypatch):
    features = sample(1.0, 1.2, 40 * 130).reshape(40, 130) + 7
    features[:, 0] *= 5
    expected_u, expected_s, loadings = torch.linalg.svd(
        features - features.mean(0), full_matrices=False
    )
    monkeypatch.setattr('mmrestore.analysis.gram.BLOCK_ELEMENTS', 40 * 33)
    scores = principal_scores(features, 12)
    assert scores.shape == (40, 12)
    torch.testing.assert_close(scores.norm(dim=0), expected_s[:12])
    signs = torch.stack([row[row.abs().argmax()].sign() for row in loadings[:12]])
    torch.testing.assert_close(scores, expected_u[:, :12] * expected_s[:12] * signs)
    torch.testing.assert_close(principal_scores(features, 40)[:, 39], torch.zeros(40).double())


def test_srga_is_zero_for_the_same_features_and_grows_with_their_distance():
    features = sample(1.0, 2.0, 60 * 200).reshape(60, 200)
    reference = fit_features(features, 20)
    assert srga_index(reference, reference) == pytest.approx(0, abs=1e-6)
    scores = [
        srga_index(reference, fit_features(factor * features, 20)) for factor in (1.1, 1.5, 3.0)
    ]
    assert 0 < scores[0] < scores[1] < scores[2]
    # Components are found for each set alone: a rotation of the features changes nothing.
    rotation = torch.linalg.qr(sample(1.0, 2.0, 200 * 200, seed=1).reshape(200, 200))[0]
    rotated = fit_features(features @ rotation, 20)
    assert kl_divergence(reference, rotated) < 1e-6


def test_outliers_are_at_five_standard_deviations_or_more():
    values = torch.tensor([*[1.0, -1.0] * 500, 5.5, -4.5])
    kept = drop_outliers(values)
    assert len(kept) == 1001 and kept.min() == -4.5 and kept.max() == 1


@pytest.mark.parametrize(
    ('call', 'message'),
    [
        (lambda: principal_scores(torch.rand(5, 9), 6), '6 components need .* got 5 images with 9'),
        (lambda: principal_scores(torch.rand(9, 5), 0), '0 components'),
        (lambda: principal_scores(torch.full((5, 9), math.nan), 2), 'not finite'),
        (lambda: fit_generalized_gaussian(torch.zeros(5)), 'not all equal'),
        (lambda: fit_generalized_gaussian(torch.tensor([0, math.inf])), 'finite values'),
    ],
)
def test_what_is_wrong_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()
