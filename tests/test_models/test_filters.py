"""Filters in the place of a network, and sharpening."""

from __future__ import annotations

import pytest
import torch

from mmrestore.functional.total_variation import gradient_lengths, minimize_total_variation
from mmrestore.models import NonLocalMeans, TotalVariationFilter, UpscaledInput
from mmrestore.models.inference import UnsharpMask


def noisy(sigma: float = 0.1) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a step edge (1, 3, 24, 31) with and without noise."""
    clean = torch.full((1, 3, 24, 31), 0.3)
    clean[..., 15:] = 0.7
    return clean + sigma * torch.randn(clean.shape, generator=torch.manual_seed(0)), clean


@pytest.mark.parametrize('net', [NonLocalMeans(strength=60), TotalVariationFilter(weight=0.2)])
def test_filters_remove_noise_and_keep_an_edge(net):
    given, clean = noisy()
    restored = net(given)
    assert restored.shape == given.shape and not list(net.parameters())
    assert (restored - clean).square().mean() < (given - clean).square().mean() / 4
    assert (restored[..., 18:].mean() - restored[..., :12].mean()) > 0.35


def test_total_variation_is_the_minimum():
    given, _ = noisy()
    weight = 0.1
    found = minimize_total_variation(given[:, :1], weight=weight, num_iterations=400)

    def objective(u: torch.Tensor) -> float:
        padded = torch.nn.functional.pad(u, (0, 1, 0, 1), mode='replicate')
        variation = gradient_lengths(padded).sum()
        return float((u - given[:, :1]).square().sum() / 2 + weight * variation)

    best = objective(found)
    for seed in range(20):
        step = torch.randn(found.shape, generator=torch.manual_seed(seed))
        assert objective(found + 0.01 * step) > best
    assert best < objective(given[:, :1]) and best < objective(torch.full_like(found, 0.5))
    assert found.mean().item() == pytest.approx(given[:, :1].mean().item(), abs=1e-5)


def test_the_input_stays_or_is_upscaled():
    x = torch.rand(1, 3, 5, 6)
    assert UpscaledInput()(x) is x
    flat = UpscaledInput(scale=3)(torch.full((1, 1, 4, 5), 0.25))
    assert flat.shape == (1, 1, 12, 15) and torch.allclose(flat, torch.tensor(0.25))
    with pytest.raises(ValueError, match='at least 1, got 0'):
        UpscaledInput(scale=0)


def test_an_unsharp_mask_keeps_the_mean_and_steepens():
    _, clean = noisy()
    sharpened = UnsharpMask(UpscaledInput(), amount=1.0, std=1.0)(clean)
    assert sharpened.mean().item() == pytest.approx(clean.mean().item(), abs=1e-6)
    assert sharpened[0, 0, 12, 14] < 0.3 < 0.7 < sharpened[0, 0, 12, 15]
    assert torch.equal(UnsharpMask(UpscaledInput(), amount=0.0, std=1.0)(clean), clean)


@pytest.mark.parametrize(
    'build',
    [
        lambda: NonLocalMeans(strength=0),
        lambda: NonLocalMeans(patch=4),
        lambda: TotalVariationFilter(weight=0),
        lambda: UnsharpMask(UpscaledInput(), amount=-1, std=1),
    ],
)
def test_options_out_of_range(build):
    with pytest.raises(ValueError, match='got'):
        build()
