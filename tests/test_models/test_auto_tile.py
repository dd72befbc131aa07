"""Images in tiles where memory does not suffice."""

from __future__ import annotations

import resource
from itertools import pairwise
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmrestore.functional import local_draws, random_generator
from mmrestore.models.backbones import EDSR, NAFNet, SwinIR
from mmrestore.models.inference import AutoTile, ComplementaryMasks, LocalStatistics, Pad
from mmrestore.models.inference import auto_tile as module
from mmrestore.models.inference.memory import (
    WORKSPACE,
    _peak,
    free_memory,
    is_out_of_memory,
    measure_memory,
)
from mmrestore.models.inference.receptive_field import influence, reach
from mmrestore.models.inference.spans import TileSize, blend_weights, restored_rows, spans

CPU = torch.device('cpu')


class Net(nn.Module):
    """Convolutions of random weights, which count the sizes of their inputs."""

    scale = size_multiple = 1

    def __init__(self, num: int = 3, width: int = 8) -> None:
        super().__init__()
        torch.manual_seed(0)
        sizes = [3, *[width] * (num - 1), 3]
        self.convs = nn.Sequential(*(nn.Conv2d(a, b, 3, padding=1) for a, b in pairwise(sizes)))
        self.calls: list[tuple[int, ...]] = []

    def forward(self, x):
        self.calls.append(tuple(x.shape[-2:]))
        return self.convs(x)


@pytest.fixture(autouse=True)
def _no_gradients():
    with torch.inference_mode():
        yield


@pytest.mark.parametrize(
    ('net', 'tolerance'),
    [
        (Net(), 1e-6),
        (EDSR(channels=4, num_blocks=1, scale=2), 1e-6),
        (SwinIR(embed_channels=4, depths=[1], num_heads=[1]), 1e-5),
    ],
    ids=lambda value: type(value).__name__,
)
def test_tiles_agree_with_the_whole(net, tolerance):
    x = torch.rand(2, 3, 203, 291)
    tile = AutoTile(net.eval(), memory=6_000_000)
    whole = Pad(net)(x)
    assert (tile(x) - whole).abs().max() < tolerance * whole.std() * 10
    assert tile(x[..., :5, :7]).equal(Pad(net)(x[..., :5, :7]))


def test_an_image_that_fits_is_never_tiled(monkeypatch):
    net = Net()
    tile = AutoTile(net)
    tile(torch.rand(1, 3, 256, 256))
    assert net.calls == [(256, 256)]
    monkeypatch.setattr(module, 'free_memory', lambda device: 10**9)
    tile(torch.rand(1, 3, 300, 400))
    assert net.calls[1:] == [(64, 64), (128, 128), (300, 400)]
    tile(torch.rand(1, 3, 300, 401))
    assert net.calls[4:] == [(300, 401)]  # measured once
    monkeypatch.setattr(module, 'free_memory', lambda device: 5 * 10**6)
    tile(torch.rand(1, 3, 300, 402))
    assert all(max(call) < 300 for call in net.calls[5:])


def test_the_halo_is_what_the_network_sees():
    for num in (1, 4):
        changes = influence(Net(num), torch.zeros(1, 3), side=64, block=1)
        assert reach(changes) == num and reach(changes[:2]) == 1


def test_memory_is_measured_in_proportion():
    use = measure_memory(Net(width=16), torch.zeros(1, 3), (32, 64))
    bytes_each = 4 * (16 + 16)  # the input and the output of the middle convolution
    assert use.exponent == pytest.approx(1)
    assert bytes_each < use.of(10**6) / 10**6 < 2.2 * bytes_each
    assert use.pixels(use.of(12345)) == pytest.approx(12345, abs=1)

    def attention(x):
        flat = x.flatten(2)
        return (flat.transpose(1, 2) @ flat).softmax(-1).mean().expand_as(x)

    assert measure_memory(attention, torch.zeros(1, 3), (16, 32)).exponent > 1.8


def test_measuring_draws_no_random_numbers():
    def net(x):
        return x + torch.rand(1, generator=random_generator())

    net.scale = net.size_multiple = 1
    x, made = torch.zeros(1, 1, 300, 300), []
    tile = AutoTile(net, memory=10**9)
    state = torch.get_rng_state()
    for _ in range(2):
        with local_draws(3):
            made.append(tile(x))
    assert made[0].equal(made[1]) and torch.get_rng_state().equal(state)


def test_limits_of_the_process_count():
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    before = free_memory(CPU)
    used = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()
    try:
        resource.setrlimit(resource.RLIMIT_AS, (used + 10**8, hard))
        limited = free_memory(CPU)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    assert 0 < limited <= 10**8 < before


@pytest.mark.parametrize(
    'error',
    [
        MemoryError(),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
        torch.OutOfMemoryError('CUDA out of memory. Tried to allocate 2 GiB')
        if hasattr(torch, 'OutOfMemoryError')
        else torch.cuda.OutOfMemoryError('CUDA out of memory.'),
    ],
)
def test_when_memory_runs_out_tiles_are_halved(error):
    net = Net()
    x = torch.rand(1, 3, 150, 160)

    def limited(x):
        if x.shape[-2] * x.shape[-1] > 110**2:
            raise error
        return net(x)

    limited.scale = limited.size_multiple = 1
    assert is_out_of_memory(error)
    whole = net.convs(x)
    with pytest.warns(UserWarning, match='memory ran out: restoring again in tiles of'):
        made = AutoTile(limited)(x)
    torch.testing.assert_close(made, whole, atol=1e-5, rtol=0)
    assert max(map(max, net.calls)) <= 160

    def broken(x):
        raise RuntimeError('another mistake')

    broken.scale = broken.size_multiple = 1
    with pytest.raises(RuntimeError, match='another mistake'):
        AutoTile(broken)(x)

    def without(x):
        raise error

    without.scale = without.size_multiple = 1
    limited_always = AutoTile(without)
    with pytest.raises(type(error)), pytest.warns(UserWarning, match='memory ran out'):
        limited_always(x)


def test_means_of_the_whole_image_become_local_in_tiles():
    net = NAFNet(channels=4, encoder_depths=[1], num_middle_blocks=0, decoder_depths=[1]).eval()
    for parameter in net.parameters():
        nn.init.normal_(parameter, std=0.3)
    x = torch.rand(1, 3, 200, 240) * torch.linspace(0, 1, 240)
    tile = AutoTile(net, memory=4_000_000, train_size=32)
    local = Pad(LocalStatistics(net, train_size=32))(x)
    with pytest.warns(UserWarning, match='its means are taken over windows instead'):
        tiled = tile(x)
    with pytest.warns(UserWarning, match=r'whole image\. It restores tiles of 64 pixels'):
        AutoTile(net, size=64, train_size=32)(x)  # memory was not the reason
    from_local, from_whole = ((tiled - each).abs().mean() for each in (local, net(x)))
    assert from_local < 0.1 * from_whole
    assert AutoTile(net, memory=10**9)(x).equal(net(x))


def test_memory_of_means_over_windows_is_measured_above_the_window():
    net = NAFNet(channels=4, encoder_depths=[1], num_middle_blocks=0, decoder_depths=[1]).eval()
    tile = AutoTile(LocalStatistics(net, train_size=128))
    use = tile._use(torch.zeros(1, 3), tile.net, 'whole')
    actual = WORKSPACE * _peak(tile.net, torch.zeros(1, 3), 400)
    assert use.of(400**2) == pytest.approx(actual, rel=0.1)
    below = measure_memory(tile.net, torch.zeros(1, 3), (64, 128)).of(400**2)
    assert below < 0.7 * actual  # what was estimated before


def test_memory_that_runs_out_while_measuring(monkeypatch):
    def limited(net, x, sides):
        raise MemoryError

    net = Net()
    monkeypatch.setattr(module, 'measure_memory', limited)
    monkeypatch.setattr(module, 'SMALL', 0)
    x = torch.rand(1, 3, 80, 90)
    with pytest.warns(UserWarning, match='memory ran out: restoring again in tiles'):
        made = AutoTile(net)(x)
    torch.testing.assert_close(made, net(x), atol=1e-5, rtol=0)


def test_masks_are_drawn_for_the_whole_image():
    net, x = Net(), torch.rand(1, 3, 120, 130)
    made = []
    for inner in (net, AutoTile(net, memory=1_500_000)):
        with local_draws(0):
            made.append(ComplementaryMasks(inner)(x))
    torch.testing.assert_close(*made, atol=1e-5, rtol=0)


@pytest.mark.parametrize('length', [1, 7, 8, 9, 40, 41, 63])
@pytest.mark.parametrize('size', [TileSize(8, 4), TileSize(8, 8, 8), TileSize(16, 4, 2)])
def test_spans_cover_a_side_once(length, size):
    side = spans(length, size)
    total = torch.zeros(length)
    for i, span in enumerate(side):
        assert 0 <= span.start <= span.first < span.last <= span.stop <= length
        assert span.start % 4 == 0
        total[span.first : span.last] += blend_weights(side, i)
    torch.testing.assert_close(total, torch.ones(length))


@pytest.mark.parametrize('scale', [1, 3])
def test_rows_come_in_order_and_whole(scale):
    x = torch.rand(2, 3, 37, 45)
    size = TileSize(core=8, halo=4, ramp=4)

    def net(x):
        return F.interpolate(x, scale_factor=scale)

    rows = list(restored_rows(net, lambda r, c: x[..., r, c], (37, 45), size, scale=scale))
    heights = [part.shape[2] for _, part in rows]
    assert [top for top, _ in rows] == [sum(heights[:i]) for i in range(len(rows))]
    assert max(heights) <= (8 + 4) * scale
    torch.testing.assert_close(torch.cat([part for _, part in rows], 2), net(x))
