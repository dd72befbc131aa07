"""SRGA: shift of the deep feature distribution with the degradation.

Statistics of generalised Gaussians that are fitted to the principal components of deep features
(Liu et al., "Evaluating the Generalization Ability of Super-Resolution Networks").
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from mmrestore.analysis.gram import centred_columns, gram_matrix
from mmrestore.analysis.networks_under_noise import Inputs, deep_features

NUM_COMPONENTS = 300
OUTLIER = 5.0  # standard deviations
FIRST_SHAPE, LAST_SHAPE, SHAPE_STEP = 0.2, 10.0, 0.001


class GeneralizedGaussian(NamedTuple):
    """A distribution with density proportional to exp(-(|x| / scale)^shape).

    - ``sigma``: its standard deviation;
    - ``shape``: 2 for a normal distribution, 1 for a Laplacian.

    Examples:
        >>> round(GeneralizedGaussian(sigma=1.0, shape=2.0).scale ** 2, 6)
        2.0
    """

    sigma: float
    shape: float

    @property
    def scale(self) -> float:
        """The scale, sigma * sqrt(Gamma(1 / shape) / Gamma(3 / shape))."""
        ratio = math.lgamma(1 / self.shape) - math.lgamma(3 / self.shape)
        return self.sigma * math.exp(ratio / 2)


def principal_scores(features: Tensor, num_components: int = NUM_COMPONENTS) -> Tensor:
    """Return the coordinates of features along their principal components, strongest first.

    The decomposition is exact, by the eigenvectors of the Gram matrix. The sign of a component is
    such that its largest loading is positive, as in scikit-learn; after outliers have been dropped
    the fit depends a little on the signs.

    Args:
        features: (N, features).
        num_components: number of components.

    Returns:
        (N, num_components) float64, of mean 0 over the images.

    Raises:
        ValueError: there are fewer images or features than components, or features that are not
            finite.

    Examples:
        >>> principal_scores(torch.tensor([[0.0, 0.0], [6.0, 8.0]]), 1).flatten()
        tensor([-5.,  5.], dtype=torch.float64)
    """
    if not 1 <= num_components <= min(features.shape):
        raise ValueError(
            f'{num_components} components need at least as many images and features, got '
            f'{len(features)} images with {features.shape[1]} features each: use more patches or '
            'fewer components'
        )
    gram = gram_matrix(features)
    if not gram.isfinite().all():
        raise ValueError('the features are not finite: the network may have diverged in training')
    values, vectors = torch.linalg.eigh(gram)
    values, vectors = values.flip(0)[:num_components], vectors.flip(1)[:, :num_components]
    scores = vectors * values.clamp(min=0).sqrt()
    largest = scores.new_zeros(num_components)
    for block in centred_columns(features):
        loadings = scores.T @ block  # (components, columns), scaled
        loading = loadings.gather(1, loadings.abs().argmax(dim=1, keepdim=True))[:, 0]
        largest = torch.where(loading.abs() > largest.abs(), loading, largest)
    return torch.where(largest < 0, -scores, scores)


def drop_outliers(values: Tensor, limit: float = OUTLIER) -> Tensor:
    """Return the values less than ``limit`` standard deviations from their mean.

    Examples:
        >>> drop_outliers(torch.tensor([1.0, -1.0, 1.0, -1.0, 9.0]), 1.5)
        tensor([ 1., -1.,  1., -1.])
    """
    distance = (values - values.mean()).abs()
    return values[distance < limit * values.std(correction=0)]


def fit_generalized_gaussian(values: Tensor) -> GeneralizedGaussian:
    """Fit a generalised Gaussian of mean 0 by its moments.

    sigma^2 is the mean of x^2. The shape b is the one of 0.2, 0.201 ... 9.999 for which
    Gamma(1 / b) Gamma(3 / b) / Gamma(2 / b)^2 is nearest to sigma^2 / (mean |x - mean x|)^2.

    Args:
        values: numbers in any shape.

    Raises:
        ValueError: the values are all equal, or not all finite.

    Examples:
        >>> normal = torch.randn(200_000, generator=torch.Generator().manual_seed(0)) * 3
        >>> fit = fit_generalized_gaussian(normal)
        >>> round(fit.sigma, 1), round(fit.shape, 1)
        (3.0, 2.0)
    """
    values = values.double()
    variance = values.square().mean()
    deviation = (values - values.mean()).abs().mean()
    if not torch.isfinite(variance) or deviation == 0:
        raise ValueError('a distribution is fitted to finite values that are not all equal')
    steps = torch.arange(round((LAST_SHAPE - FIRST_SHAPE) / SHAPE_STEP), dtype=torch.float64)
    shapes = FIRST_SHAPE + SHAPE_STEP * steps
    logarithms = torch.lgamma(1 / shapes) + torch.lgamma(3 / shapes) - 2 * torch.lgamma(2 / shapes)
    best = (logarithms.exp() - (variance / deviation**2).item()).abs().argmin()
    return GeneralizedGaussian(variance.sqrt().item(), shapes[best].item())


def kl_divergence(reference: GeneralizedGaussian, test: GeneralizedGaussian) -> float:
    """Return the Kullback-Leibler divergence of ``test`` from ``reference``, KL(reference || test).

    Examples:
        >>> round(kl_divergence(GeneralizedGaussian(1, 2), GeneralizedGaussian(2, 2)), 4)
        0.3181
    """
    b1, b2 = reference.shape, test.shape
    first = math.log(b1 * test.scale / (b2 * reference.scale))
    first += math.lgamma(1 / b2) - math.lgamma(1 / b1)
    power = b2 * math.log(reference.scale / test.scale)
    second = math.exp(power + math.lgamma((b2 + 1) / b1) - math.lgamma(1 / b1)) - 1 / b1
    return max(first + second, 0.0)  # of equal distributions it may be a rounding error below 0


def srga_index(reference: GeneralizedGaussian, test: GeneralizedGaussian) -> float:
    """Return log10(KL + 1e-5) + 5: 0 where the fits are equal, lower is better.

    Examples:
        >>> one = GeneralizedGaussian(1, 2)
        >>> round(srga_index(one, one), 6), round(srga_index(one, GeneralizedGaussian(2, 2)), 3)
        (0.0, 4.503)
    """
    return math.log10(kl_divergence(reference, test) + 1e-5) + 5


def fit_features(features: Tensor, num_components: int = NUM_COMPONENTS) -> GeneralizedGaussian:
    """Fit a generalised Gaussian to the scores of deep features, without outliers.

    Args:
        features: (N, features), those of one layer for N patches.
        num_components: number of principal components, found for these features alone.

    Raises:
        ValueError: there are fewer patches or features than components, or the features are the
            same for all patches.

    Examples:
        >>> features = torch.randn(50, 80, generator=torch.Generator().manual_seed(0))
        >>> round(fit_features(features, 20).sigma, 1)
        1.7
    """
    return fit_generalized_gaussian(drop_outliers(principal_scores(features, num_components)))


class SRGARow(NamedTuple):
    """The fit to the features of a model under one noise, and how far it is from the reference."""

    model: str
    layer: str
    noise: str
    reference: str
    sigma: float
    shape: float
    divergence: float
    score: float


def measure_srga(
    inputs: Inputs, *, layer: str | None = None, components: int = NUM_COMPONENTS, seed: int = 0
) -> list[SRGARow]:
    """Return a row for each model and noise; the first noise is the reference.

    Args:
        inputs: networks and patches, under two noises or more.
        layer: see ``deep_features``.
        components: number of principal components, at most as many as patches.
        seed: of what is random in a network.

    Raises:
        ValueError: there are too few patches or noises, or see ``deep_features``.
    """
    noises = list(inputs.patches)
    patches = min(map(len, inputs.patches.values()), default=0)
    if components > patches or len(noises) < 2:
        raise ValueError(
            'SRGA needs at least as many patches as components, and a noise beside the reference, '
            f'got {patches}, {components} and {noises}'
        )
    rows = []
    references: dict[str, GeneralizedGaussian] = {}
    for model, name, noise, features in deep_features(inputs, layer=layer, seed=seed):
        fit = fit_features(features, components)
        reference = references.setdefault(model, fit)
        divergence, score = kl_divergence(reference, fit), srga_index(reference, fit)
        rows.append(SRGARow(model, name, noise, noises[0], *fit, divergence, score))
    return rows
