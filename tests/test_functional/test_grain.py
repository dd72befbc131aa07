"""Low-frequency grain."""

from __future__ import annotations

import torch

from mmrestore.functional import long_wave_grain


def grain(x, sigma, seed=0):
    return long_wave_grain(x, sigma, generator=torch.Generator().manual_seed(seed)) - x


def correlation(a, b):
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / (a.square().sum() * b.square().sum()).sqrt())


def test_each_image_has_its_standard_deviation():
    noise = grain(torch.full((3, 3, 65, 94), 0.5), torch.tensor([1.0, 4.0, 9.0]))
    found = 255 * noise.square().mean(dim=(1, 2, 3)).sqrt()
    torch.testing.assert_close(found, torch.tensor([1.0, 4.0, 9.0]), rtol=1e-4, atol=0)


def test_correlation_of_neighbors_and_channels_falls_with_distance():
    noise = grain(torch.full((40, 3, 96, 96), 0.5), 5.0)
    near = [correlation(n[..., 1:], n[..., :-1]) for n in noise]
    far = [correlation(n[..., 8:], n[..., :-8]) for n in noise]
    channels = [correlation(n[0], n[1]) for n in noise]
    for values in (near, channels):
        assert min(values) > -0.1 and max(values) > 0.7  # from one image to the other
    assert sum(near) / 40 > 0.4 > sum(far) / 40 > 0.02


def test_noise_follows_the_brightness_of_some_images():
    x = torch.full((60, 3, 32, 32), 0.5)
    x[..., :16] = 0.05
    noise = grain(x, 5.0)
    ratios = noise[..., :16].std(dim=(1, 2, 3)) / noise[..., 16:].std(dim=(1, 2, 3))
    assert ratios.min() < 0.6 and ratios.max() > 0.85


def test_draws_are_seeded_and_the_input_is_unchanged():
    x = torch.rand(2, 3, 20, 31)
    before = x.clone()
    assert grain(x, 3.0).equal(grain(x, 3.0)) and not grain(x, 3.0).equal(grain(x, 3.0, seed=1))
    assert x.equal(before)
    assert long_wave_grain(x[:, :1, :3, :2], 2.0).shape == (2, 1, 3, 2)
