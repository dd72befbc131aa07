"""The decorator that chooses how much of the change of a network is added."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from strategy_runs import NETWORKS, write_weights
from torch import Tensor, nn

from mmrestore.functional.seeding import local_draws, random_generator
from mmrestore.functional.strength import strength
from mmrestore.models.inference import Strength, build_inference
from mmrestore.models.inference.base import with_tiles
from mmrestore.models.inference.exported_parts import split_for_export
from mmrestore.registry import INFERENCE, MODELS


class Blur(nn.Module):
    """The mean of 5 x 5 pixels, of any number of channels."""

    scale = 1
    size_multiple = 1

    def forward(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 5, 1, padding=2, count_include_pad=False)


class Drawing(Blur):
    """Adds noise of its own."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + 0.02 * torch.randn(x.shape, generator=random_generator('cpu'))


def pictures(channels: int = 3) -> Tensor:
    """A flat picture, and a half with stripes."""
    noise = torch.randn(2, channels, 70, 90, generator=torch.Generator().manual_seed(0))
    clean = torch.full((2, channels, 70, 90), 0.5)
    clean[1] += 0.1 * (torch.arange(90) % 2 - 0.5) * (torch.arange(90) > 40)
    return clean + torch.tensor([0.05, 0.01]).view(2, 1, 1, 1) * noise


@pytest.mark.parametrize('channels', [1, 3])
def test_every_picture_of_a_batch_has_its_own_strength(channels):
    net = INFERENCE.build(dict(type='Strength', net=Blur()))
    x = pictures(channels)
    chosen = net.strengths(x)
    weights = torch.stack([strength(image, Blur()) for image in x])
    assert chosen == pytest.approx(weights.mean(dim=(1, 2, 3)).tolist())
    assert chosen[0] > 0.7 > 0.6 > chosen[1]
    assert torch.allclose(net(x), x + weights * (Blur()(x) - x), atol=1e-6)
    one = torch.cat([net(image[None]) for image in x])
    assert torch.allclose(net(x), one, atol=1e-6)


@pytest.mark.parametrize('number', [0, 0.3, 1.0])
def test_a_given_strength_takes_one_pass(number):
    net, calls = Blur(), []
    net.register_forward_pre_hook(lambda *_: calls.append(1))
    x = pictures()
    assert torch.allclose(Strength(net, strength=number)(x), x.lerp(Blur()(x), number))
    assert len(calls) == 1
    Strength(net)(x)
    assert len(calls) == 3


def test_careful_halves():
    x = pictures()
    both = [Strength(Blur(), careful=careful).strengths(x) for careful in (False, True)]
    assert both[1] == pytest.approx([w / 2 for w in both[0]])


@pytest.mark.parametrize('channels', [1, 3])
def test_noise_is_what_the_reference_takes_away(channels, tmp_path):
    config = dict(backbone=NETWORKS['NBSN'])
    config['checkpoint'] = write_weights(NETWORKS['NBSN'], tmp_path / 'reference.pth')
    reference = MODELS.build(NETWORKS['NBSN']).eval()
    reference.load_state_dict(torch.load(config['checkpoint'], weights_only=True))
    x = pictures(channels)
    net = Strength(Blur(), reference=config)

    def refer(y: Tensor) -> Tensor:
        y = y.expand(-1, 3, -1, -1)
        padded = F.pad(y, (0, -y.shape[-1] % 32, 0, -y.shape[-2] % 32), mode='reflect')
        restored = reference(padded)[..., : y.shape[-2], : y.shape[-1]]
        return restored if channels == 3 else restored.mean(dim=1, keepdim=True)

    with torch.no_grad():
        expected = [strength(image, Blur(), reference=refer).mean().item() for image in x]
        assert net.strengths(x) == pytest.approx(expected, rel=1e-3)


def test_a_network_that_draws_draws_the_same_in_both_passes():
    x = pictures()
    with local_draws(0):
        chosen = Strength(Drawing()).strengths(x)
        after = torch.rand(1, generator=random_generator('cpu'))
    with local_draws(0):
        restored = Drawing()(x)
        assert after.equal(torch.rand(1, generator=random_generator('cpu')))  # as after one pass

    def same(y: Tensor) -> Tensor:
        return restored[index : index + 1] + Blur()(y) - Blur()(x[index : index + 1])

    for index in range(2):
        assert chosen[index] == pytest.approx(strength(x[index], same).mean().item(), abs=1e-4)


def test_it_stands_around_tiles_masks_and_refinement():
    masks = dict(type='ComplementaryMasks', num_branches=2)
    downsampled = dict(type='PixelDownsampled', stride=2)
    parts = dict(
        masks=masks,
        downsampled=downsampled,
        refine=dict(type='RandomReplacementRefinement', copies=2),
        strength=dict(type='Strength'),
    )
    net = build_inference(Blur(), parts)
    x = pictures()
    with local_draws(0):
        first = net(x)
    with local_draws(0):
        assert first.equal(net(x)) and first.shape == x.shape
    tile = dict(type='Tile', size=64, overlap=48)
    tiled = with_tiles(dict(strength=dict(type='Strength')), tile)
    assert list(tiled) == ['tile', 'strength']
    whole = Strength(Blur())(x)
    assert torch.allclose(build_inference(Blur(), tiled)(x), whole, atol=0.02)
    assert list(split_for_export(tiled)[1]) == ['tile', 'strength']


def test_wrong_settings_are_refused():
    for wrong in ('much', 1.5, -0.1):
        with pytest.raises(ValueError, match="expected strength='auto' or a number"):
            Strength(Blur(), strength=wrong)
    with pytest.raises(ValueError, match=r'as dict\(backbone=.*got file'):
        Strength(Blur(), reference=dict(file='a.pth'))
    large = dict(backbone=dict(type='SRResNet', channels=8, num_blocks=1), checkpoint='a.pth')
    with pytest.raises(ValueError, match='SRResNet enlarges images'):
        Strength(Blur(), reference=large)
    missing = dict(backbone=NETWORKS['NBSN'], checkpoint='none.pth')
    with pytest.raises(FileNotFoundError, match=r'none\.pth'):
        Strength(Blur(), reference=missing)(pictures())
