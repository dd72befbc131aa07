"""The strength of a change, without a clean picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from mmrestore.functional.strength import (
    WINDOW,
    Allowed,
    allowed_strength,
    gain_at_full_strength,
    strength,
    strength_map,
    witnesses_of,
)
from mmrestore.functional.witnesses import FlatLevel, Witnesses, find_witnesses, flip_signs


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def blur(x: Tensor) -> Tensor:
    return F.avg_pool2d(x, 5, 1, padding=2, count_include_pad=False)


def half_way(x: Tensor) -> Tensor:
    return (x + 0.5) / 2


def flat_picture() -> tuple[Tensor, Tensor]:
    clean = torch.linspace(0.3, 0.7, 96).expand(3, 80, 96)
    return clean, clean + 0.04 * noise(3, 80, 96)


def stripes() -> tuple[Tensor, Tensor]:
    clean = (0.5 + 0.2 * (torch.arange(96) % 2 - 0.5)).expand(3, 80, 96)
    return clean, clean + 0.005 * noise(3, 80, 96)


def best_strength(clean: Tensor, noisy: Tensor, restored: Tensor) -> float:
    change = restored - noisy
    return -float((change * (noisy - clean)).sum() / change.square().sum())


def test_the_second_pass_gives_the_derivative_that_autograd_gives():
    """A smooth non-linear network: the slow twin is the exact product with the Jacobian."""

    def network(x: Tensor) -> Tensor:
        return x - 0.3 * torch.tanh(5 * (x - blur(x)))

    _, noisy = flat_picture()
    noisy = 0.5 + 0.02 * (noisy - 0.5)
    found = witnesses_of(noisy, network)
    y = noisy[None]
    z = witnesses_noise(y, network)
    _, slope = torch.autograd.functional.jvp(lambda x: network(x) - x, y, z)
    energy = (network(y) - y).square().sum()
    assert found.pass_estimate == pytest.approx(float(-(slope * z).sum() / energy), rel=0.01)


def witnesses_noise(y: Tensor, network) -> Tensor:
    return flip_signs(y - network(y), torch.Generator().manual_seed(0))


def test_noise_on_flat_parts_is_removed_and_texture_is_kept():
    clean, noisy = flat_picture()
    best = best_strength(clean, noisy, blur(noisy[None])[0])
    assert 0.9 < best < 1.1 and strength(noisy, blur).mean() > 0.8
    clean, noisy = stripes()
    best = best_strength(clean, noisy, blur(noisy[None])[0])
    own = strength(noisy, blur).mean()
    assert best < 0.01  # the change is nearly all texture
    assert own > 0.8  # nothing is flat, and the change itself is a bad reference
    reference = clean[None]
    assert strength(noisy, blur, reference=lambda x: reference).max() < 0.01


def test_less_passes_give_the_same_strength():
    _, noisy = flat_picture()
    calls = []

    def network(x: Tensor) -> Tensor:
        calls.append(x)
        return half_way(blur(x))

    whole = strength(noisy, network)
    assert len(calls) == 2
    restored = half_way(blur(noisy[None]))[0]
    assert strength(noisy, network, restored=restored).equal(whole) and len(calls) == 3
    assert not strength(noisy, network, restored=restored, reference=blur).equal(whole)
    assert len(calls) == 4


def test_it_is_that_of_one_crop():
    _, noisy = flat_picture()
    assert witnesses_of(noisy, blur, reference=half_way) == find_witnesses([noisy], blur, half_way)


def test_a_seed_gives_the_same_strength():
    _, noisy = flat_picture()
    first, same, other = (witnesses_of(noisy, blur, seed=s).noise for s in (0, 0, 1))
    assert first == same == other  # signs do not change the energy
    estimates = [witnesses_of(noisy, blur, seed=s).pass_estimate for s in (0, 0, 1)]
    assert estimates[0] == estimates[1] != estimates[2]


def test_careful_halves():
    found = Witnesses(0.2, 0.9, 1.0, 1.0, 0.9, (FlatLevel(0.5, 1.0),))
    assert allowed_strength(found).limit == pytest.approx(0.3)
    assert allowed_strength(found, careful=True).limit == pytest.approx(0.15)
    assert allowed_strength(found._replace(pass_estimate=3.0)).limit == 1


def test_a_map_is_what_windows_of_single_pixels_give():
    """The slow twin: the mean of every window, and the level at its brightness."""
    noisy, restored = (torch.rand(1, 3, 21, 30, generator=torch.manual_seed(s)) for s in (0, 1))
    levels = (FlatLevel(0.3, 0.05), FlatLevel(0.5, 0.2), FlatLevel(0.7, 0.1))
    found = strength_map(noisy, restored, Allowed(0.7, levels))
    around = WINDOW // 2
    wide = F.pad(torch.cat([noisy, restored]), 4 * (around,), mode='replicate')
    for i, j in ((0, 0), (3, 29), (10, 15), (20, 7)):
        before, after = wide[..., i : i + WINDOW, j : j + WINDOW]
        brightness = after.mean().item()
        flat = np.interp(brightness, *zip(*levels, strict=True))
        expected = 0.7 * min(1.0, flat / (after - before).square().mean().item())
        assert found[0, 0, i, j].item() == pytest.approx(expected, rel=1e-4)


def test_a_textured_part_is_changed_less_than_a_flat_one():
    _, flat = flat_picture()
    texture = 0.5 + 0.2 * (torch.arange(96) % 2 - 0.5) + 0.04 * noise(3, 80, 96, seed=1)
    w = strength(torch.cat([flat, texture], dim=2), blur)
    assert w[..., :80].mean() > 0.7 > 0.2 > w[..., 112:].mean()


@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize('size', [(1, 1), (3, 50), (16, 16), (17, 31), (64, 48)])
def test_every_size_and_gray_pictures(channels, size):
    picture = (0.5 + 0.05 * noise(channels, *size)).clamp(0, 1)
    found = strength(picture, blur)
    assert found.shape == (1, *size) and found.min() >= 0 and found.max() <= 1


def test_pictures_that_say_nothing():
    black, gray = torch.zeros(3, 40, 40), torch.full((1, 40, 40), 0.5)
    for picture in (black, gray):
        assert strength(picture, torch.clone).max() == 0  # no change
        assert strength(picture, blur).max() <= 1
    clipped = (0.1 * noise(3, 40, 40) - 0.3).clamp_min(0)
    clipped[:, 3, 3] = 0.2  # all blocks are clipped, but the network does something
    found = witnesses_of(clipped, blur)
    assert found.flat_estimate is None
    limit = min(1, found.pass_estimate)
    assert strength(clipped, blur).unique().tolist() == pytest.approx([limit])


def test_a_dark_picture_is_judged_by_the_blocks_that_are_not_clipped():
    """Black parts, which nothing changes, do not make the change of texture look harmless."""
    clean, noisy = stripes()
    clean, noisy = (torch.cat([x, 0.5 + 0.005 * noise(3, 80, 48)], dim=2) for x in (clean, noisy))
    dark = torch.cat([noisy, torch.zeros(3, 80, 400)], dim=2)
    one, other = (witnesses_of(x, blur).flat_estimate for x in (noisy, dark))
    assert one == pytest.approx(other, rel=0.25) and one < 0.1  # twice as much of all pixels


def test_gain_is_that_of_the_mean_squared_error_with_the_true_noise():
    clean, noisy = flat_picture()
    found = witnesses_of(noisy, half_way, reference=lambda x: clean[None])
    restored = half_way(noisy)
    before, after = ((x - clean).square().mean() for x in (noisy, restored))
    expected = float((before - after) / (noisy - clean).square().mean())
    # The network also changes the mean, by which w* is less than w_hat.
    assert gain_at_full_strength(found, factor=1) == pytest.approx(expected, abs=0.3)
    flat = 0.5 + 0.04 * noise(3, 64, 64)
    found = witnesses_of(flat, half_way, reference=lambda x: torch.full_like(x, 0.5))
    assert gain_at_full_strength(found, factor=1) == pytest.approx(0.75, abs=0.01)
    assert gain_at_full_strength(Witnesses(0, None, 0, 0)) == 0


def test_shapes_are_checked():
    with pytest.raises(ValueError, match=r'expected an image \(C, H, W\)'):
        strength(torch.zeros(1, 3, 8, 8), blur)
    with pytest.raises(ValueError, match='keeps the shape of images'):
        strength(torch.zeros(3, 8, 8), lambda x: x[..., ::2, ::2])
