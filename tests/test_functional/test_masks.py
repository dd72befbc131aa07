"""Random masks: distribution, given draws and errors."""

from __future__ import annotations

import pytest
import torch

from mmrestore.functional.masks import mask_vectors, random_mask, random_ratios, ratio_range


def test_whole_percents_are_equally_likely_with_both_ends():
    generator = torch.Generator().manual_seed(0)
    ratios = random_ratios(11_000, 0.75, 0.85, generator=generator)
    values, counts = ratios.unique(return_counts=True)
    torch.testing.assert_close(values, torch.arange(75, 86) / 100)
    assert counts.min() > 880 and counts.max() < 1120  # 1000 +- 4 standard deviations


def test_no_ratio_exceeds_the_largest():
    assert random_ratios(100, 0.984, 1.0).max() <= 1  # in steps of 0.01 up to 0.994
    generator = torch.Generator().manual_seed(0)
    assert len(random_ratios(1000, 0.75, 0.95, generator=generator).unique()) == 21


def test_ratios_between_whole_percents():
    generator = torch.Generator().manual_seed(0)
    ratios = random_ratios(10_000, 0.2, 0.6, whole_percent=False, generator=generator)
    assert 0.2 <= ratios.min() < 0.201 and 0.599 < ratios.max() <= 0.6
    assert abs(ratios.mean() - 0.4) < 0.005
    assert len(ratios.unique()) > 9000


def test_elements_are_masked_independently_with_their_ratio():
    generator = torch.Generator().manual_seed(0)
    ratios = torch.tensor([0.0, 0.25, 1.0]).view(3, 1, 1)
    keep = random_mask((3, 200, 200), ratios, generator=generator)
    assert keep[0].all() and not keep[2].any()
    kept = keep[1].float()
    assert abs(kept.mean() - 0.75) < 0.01  # 4 standard deviations
    neighbors = ((kept[:, 1:] - 0.75) * (kept[:, :-1] - 0.75)).mean() / kept.var()
    assert abs(neighbors) < 0.02


@pytest.mark.parametrize('channel_dim', [0, 1, -1])
def test_masked_vectors_become_the_token(channel_dim):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn((3, 4, 5), generator=generator, requires_grad=True)
    shape = list(x.shape)
    channels = shape.pop(channel_dim)
    keep = torch.rand(shape, generator=generator) > 0.5
    token = torch.randn(channels, generator=generator, requires_grad=True)
    expected = x.movedim(channel_dim, -1).clone()
    for index in (~keep).nonzero().tolist():
        expected[tuple(index)] = token
    y = mask_vectors(x, keep, channel_dim=channel_dim, token=token)
    assert torch.equal(y.movedim(channel_dim, -1), expected)
    y.sum().backward()
    assert torch.equal(x.grad.movedim(channel_dim, -1)[..., 0], keep.float())
    assert torch.equal(token.grad, torch.full((channels,), float((~keep).sum())))
    for value in (0.0, -0.1):
        y = mask_vectors(x, keep, channel_dim=channel_dim, token=value).movedim(channel_dim, -1)
        assert torch.equal(y[keep], x.movedim(channel_dim, -1)[keep])
        assert (y[~keep] == value).all()


@pytest.mark.parametrize('ratio', [-0.1, 1.1, (0.5, 0.4), (0.1, 0.2, 0.3), (0.5, 1.5), '75', None])
def test_ratios_out_of_range(ratio):
    with pytest.raises(ValueError, match='ratio in'):
        ratio_range(ratio)


def test_wrong_shapes():
    x = torch.zeros(2, 3, 4, 5)
    with pytest.raises(ValueError, match=r'shape \(2, 4, 5\)'):
        mask_vectors(x, torch.ones(2, 3, 4, dtype=torch.bool), channel_dim=1)
    with pytest.raises(ValueError, match='3 channels'):
        keep = torch.ones(2, 4, 5, dtype=torch.bool)
        mask_vectors(x, keep, channel_dim=1, token=torch.zeros(4))
    with pytest.raises(ValueError, match='draws of shape'):
        random_mask((2, 3), 0.5, draws=torch.zeros(3, 2))
